from django.dispatch import Signal

# An administrator has entered or changed a person, or somebody calls themselves something else (arguments: person,
# actor, fields; before: the name until now). What somebody may do, and as whom they appear, hangs on it: the journal
# listens.
person_changed = Signal()
