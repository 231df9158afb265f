from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EscalationsConfig(AppConfig):
    name = "escalations"
    verbose_name = _("Escalations")

    def ready(self) -> None:
        from escalations import links
        from escalations.entry_kinds import SENTENCES
        from journal import entry_kinds
        from notifications.wording import add_button

        entry_kinds.declare(SENTENCES)
        add_button(links.button)
