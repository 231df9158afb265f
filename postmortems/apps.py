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
        from postmortems.actions.lifecycle import APPROVAL, on_overdue, recipients
        from postmortems.actions.locking import note
        from postmortems.kinds import SENTENCES
        from postmortems.models import PostMortem

        kinds.declare(SENTENCES)
        purposes.register(
            purposes.Purpose(
                APPROVAL,
                _("Post-mortem approved"),
                PostMortem,
                on_missed=on_overdue,
                recipients=recipients,
                note=note,
                lock=lock_under_incident(PostMortem),
                may_acknowledge=lambda actor, post_mortem: may_acknowledge(actor, post_mortem.incident),
            )
        )
        incident_moved.connect(receivers.on_incident_moved, dispatch_uid="postmortems.on_incident_moved")
        checks.register_all()
        panels.register()
