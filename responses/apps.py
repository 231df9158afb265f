from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ResponsesConfig(AppConfig):
    name = "responses"
    verbose_name = _("Responses")

    def ready(self) -> None:
        from escalations import purposes
        from incidents import panels
        from incidents.signals import level_changed
        from journal import entry_kinds
        from responses import gate_checks
        from responses.actions.approvals import on_level_changed
        from responses.deadlines import PURPOSES
        from responses.entry_kinds import SENTENCES
        from responses.panels import PANELS

        entry_kinds.declare(SENTENCES)
        purposes.declare(*PURPOSES)
        gate_checks.register_checks()
        for panel in PANELS:
            panels.register(panel)
        level_changed.connect(on_level_changed, dispatch_uid="responses.on_level_changed")
