from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EscalationsConfig(AppConfig):
    name = "escalations"
    verbose_name = _("Escalations")

    def ready(self) -> None:
        from escalations import context, engine_alerts, links, missed, policies
        from journal import kinds
        from notifications.links import register

        for sentences in (missed, engine_alerts, policies, context):
            kinds.declare(sentences.SENTENCES)
        register(links.button)
