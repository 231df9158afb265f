from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EscalationsConfig(AppConfig):
    name = "escalations"
    verbose_name = _("Escalations")

    def ready(self) -> None:
        from escalations import alarms, alerts, news, policies
        from journal import kinds

        kinds.declare(alerts.SENTENCES)
        kinds.declare(alarms.SENTENCES)
        kinds.declare(policies.SENTENCES)
        kinds.declare(news.SENTENCES)
