from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from notifications.channels.contact_form import AddressForm, secret_field


class DiscordForm(AddressForm):
    secrets = {"url": "token"}
    pattern = (
        r"https://(?:ptb\.|canary\.)?discord(?:app)?\.com/api/webhooks/"
        r"(?P<webhook_id>\d{5,30})/(?P<token>[\w-]{20,100})/?"
    )
    url = secret_field(
        _("Webhook"), help_text=_("From the channel's settings: https://discord.com/api/webhooks/…/…")
    )
