from django.dispatch import Signal

# Sent inside the transaction that moves an incident (arguments: incident, actor, from_state, to_state),
# so that what hangs on the move is stored with it or not at all.
incident_moved = Signal()
# Sent inside the transaction that changes the level of an incident, which is locked, after the entry about it
# (argument: incident_id).
level_changed = Signal()
