from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from notifications.channels.contact_form import AddressForm, secret_field


class SlackForm(AddressForm):
    secrets = {"url": "token_c"}
    pattern = (
        r"https://hooks\.slack\.com/services/"
        r"(?P<token_a>[A-Z0-9]+)/(?P<token_b>[A-Z0-9]+)/(?P<token_c>[A-Za-z0-9]+)/?"
    )
    url = secret_field(
        _("Incoming webhook"),
        help_text=_("From your Slack app: https://hooks.slack.com/services/T…/B…/…"),
    )
