from __future__ import annotations

from dataclasses import asdict

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from notifications.channels.config import Config
from notifications.channels.contact_form import AddressForm, parse_address_in, secret_field
from notifications.channels.servers import Server


class MattermostForm(AddressForm):
    secrets = {"url": "token"}
    pattern = r"(?P<path>(?:/[\w-]+)*?)/hooks/(?P<token>[A-Za-z0-9]{20,40})/?"  # what follows the server
    refusal = _("This is not the address of an incoming webhook.")
    url = secret_field(_("Incoming webhook"), help_text=_("For example https://chat.example.com/hooks/…"))
    channel = forms.CharField(
        label=_("Channel"),
        max_length=64,
        required=False,
        validators=[RegexValidator(r"^[@#]?[\w.-]+$")],
        help_text=_("Empty: the webhook's own channel."),
    )

    def parse(self, url: str) -> Config:
        address = parse_address_in("url", url)
        rest = f"{address.path}?{address.query}" if address.query else address.path
        return asdict(Server.at(address)) | super().parse(rest)
