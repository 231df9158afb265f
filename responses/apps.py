from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ResponsesConfig(AppConfig):
    name = "responses"
    verbose_name = _("Responses")

    def ready(self) -> None:
        from escalations import purposes
        from incidents import panels
        from journal import kinds
        from journal.actions import entries_recorded
        from responses import gates, receivers
        from responses.deadlines import PURPOSES
        from responses.kinds import SENTENCES
        from responses.panels import PANELS

        kinds.declare(SENTENCES)
        purposes.declare(*PURPOSES)
        gates.register_checks()
        for panel in PANELS:
            panels.register(panel)
        entries_recorded.connect(receivers.follow_level, dispatch_uid="responses.follow_level")
