from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PostmortemsConfig(AppConfig):
    name = "postmortems"
    verbose_name = _("Post-mortems")

    def ready(self) -> None:
        from escalations import purposes
        from incidents.actions.locking import lock_under_incident, may_acknowledge
        from incidents.signals import incident_moved
        from journal import kinds
        from postmortems import checks, panels, receivers
        from postmortems.actions import deadlines
        from postmortems.actions.locking import note
        from postmortems.kinds import SENTENCES
        from postmortems.models import CorrectiveAction, PostMortem
        from postmortems.rules import may_take_on

        kinds.declare(SENTENCES)
        for code, label, missed in (
            (deadlines.APPROVAL, _("Post-mortem approved"), "postmortem.overdue"),
            (deadlines.MEETING, _("Review meeting"), "postmortem.meeting_overdue"),
        ):
            purposes.register(
                purposes.Purpose(
                    code,
                    label,
                    PostMortem,
                    on_missed=deadlines.overdue_as(missed),
                    recipients=deadlines.recipients,
                    note=note,
                    lock=lock_under_incident(PostMortem),
                    may_acknowledge=lambda actor, post_mortem: may_acknowledge(actor, post_mortem.incident),
                    can_wait=True,
                )
            )
        purposes.register(
            purposes.Purpose(
                deadlines.ACTION_DUE,
                _("Corrective action"),
                CorrectiveAction,
                on_missed=deadlines.on_action_due,
                recipients=deadlines.action_recipients,
                note=deadlines.note_action,
                lock=deadlines.lock_action,
                may_acknowledge=may_take_on,
                can_wait=True,
            )
        )
        incident_moved.connect(receivers.on_incident_moved, dispatch_uid="postmortems.on_incident_moved")
        checks.register_all()
        panels.register()
