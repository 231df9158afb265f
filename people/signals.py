from django.dispatch import Signal

# An administrator has entered or changed a person (arguments: person, actor, fields). What somebody may do, and who
# can sign in as whom, hangs on it: the journal listens.
person_changed = Signal()
