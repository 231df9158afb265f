from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = _("Notifications")

    def ready(self) -> None:
        from journal import kinds
        from journal.actions import entries_superseded, entry_recorded
        from notifications.actions import fan_out, withdraw
        from notifications.models import Channel

        kinds.declare(
            {
                "notification.undelivered": _(
                    "A message to {person} could not be delivered ({channel}): {reason}"
                )
            }
        )
        kinds.declare_labels("channel", dict(Channel.choices))
        entry_recorded.connect(fan_out, dispatch_uid="notifications.fan_out")
        entries_superseded.connect(withdraw, dispatch_uid="notifications.withdraw")
