from django.dispatch import Signal

# Sent inside the transaction that opens or ends a hold (argument: hold): what waits to be sent waits along with it.
held = Signal()
hold_ended = Signal()
