from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReadinessConfig(AppConfig):
    name = "readiness"
    verbose_name = _("Readiness")

    def ready(self) -> None:
        from journal import kinds

        kinds.declare(
            {
                "duty.added": _("{actor} put {person} on duty for {role}"),
                "duty.ended": _("{actor} ended the duty of {person} for {role}"),
                "duty.removed": _("{actor} took {person} off the roster for {role}"),
            }
        )
