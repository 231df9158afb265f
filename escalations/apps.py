from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EscalationsConfig(AppConfig):
    name = "escalations"
    verbose_name = _("Escalations")

    def ready(self) -> None:
        from escalations import engine_alerts, links, missed, policies
        from journal import entry_kinds
        from notifications.wording import add_button

        for sentences in (missed, engine_alerts, policies):
            entry_kinds.declare(sentences.SENTENCES)
        add_button(links.button)
