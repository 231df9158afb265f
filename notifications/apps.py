from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = _("Notifications")

    def ready(self) -> None:
        from django.db.models.signals import post_save

        from journal import entry_kinds
        from journal.actions import entries_recorded, entries_superseded
        from notifications.actions import on_entries_recorded, withdraw
        from notifications.contact_points import keep_login_contact
        from notifications.models.choices import channel_labels
        from people.models import User

        entry_kinds.declare(
            {
                "notification.undelivered": _(
                    "A message to {person} could not be delivered ({channel}): {reason}"
                ),
                "notification.retried": _("{actor} has a message to {person} sent again ({channel})"),
                "notification.tried_now": _(
                    "{actor} has a message to {person} tried again without waiting ({channel})"
                ),
                "notification.rate_limited": _(
                    "Unusually many messages to {whom}: more than {quota} within 10 minutes. They arrive as one "
                    "message every 5 minutes until it calms down"
                ),
                "notification.expired_together": _(
                    "{count} messages to {people} people expired while everything was held, and are not sent"
                ),
                "notification.hours": _("{actor} changed their quiet and working hours"),
                "contact.added": _("{actor} added a contact point ({channel})"),
                "contact.changed": _("{actor} changed a contact point ({channel})"),
                "contact.removed": _("{actor} removed a contact point ({channel})"),
                "contact.code_sent": _("{actor} had a test message sent ({channel})"),
                "contact.verified": _("{actor} verified a contact point ({channel})"),
            }
        )
        entry_kinds.declare_labels("channel", channel_labels())
        entry_kinds.declare_labels("whom", {"everybody": _("everybody together")})
        entries_recorded.connect(on_entries_recorded, dispatch_uid="notifications.on_entries_recorded")
        entries_superseded.connect(withdraw, dispatch_uid="notifications.withdraw")
        post_save.connect(keep_login_contact, sender=User, dispatch_uid="notifications.login_contact")
