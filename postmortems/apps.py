from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PostmortemsConfig(AppConfig):
    name = "postmortems"
    verbose_name = _("Post-mortems")

    def ready(self) -> None:
        from escalations import purposes
        from incidents.signals import incident_moved
        from journal import kinds
        from postmortems import checks, panels, receivers
        from postmortems.actions.lifecycle import APPROVAL, on_overdue, recipients
        from postmortems.kinds import SENTENCES
        from postmortems.models import PostMortem

        kinds.declare(SENTENCES)
        purposes.register(
            purposes.Purpose(APPROVAL, _("Post-mortem approved"), PostMortem, on_overdue, recipients)
        )
        incident_moved.connect(receivers.on_incident_moved, dispatch_uid="postmortems.on_incident_moved")
        checks.register_all()
        panels.register()
