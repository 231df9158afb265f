from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PostmortemsConfig(AppConfig):
    name = "postmortems"
    verbose_name = _("Post-mortems")

    def ready(self) -> None:
        from escalations import purposes
        from incidents.signals import incident_moved
        from journal import entry_kinds
        from postmortems import gate_checks, panels, receivers
        from postmortems.deadlines import PURPOSES
        from postmortems.entry_kinds import SENTENCES

        entry_kinds.declare(SENTENCES)
        purposes.declare(*PURPOSES)
        incident_moved.connect(receivers.on_incident_moved, dispatch_uid="postmortems.on_incident_moved")
        gate_checks.register_all()
        panels.register()
