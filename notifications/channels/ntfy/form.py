from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from notifications.channels.config import Config
from notifications.channels.contact_form import ContactForm, parse_address_in, secret_field
from notifications.channels.servers import Server


class NtfyForm(ContactForm):
    secrets = {"topic": "topic", "token": "token"}
    server = forms.CharField(label=_("Server"), max_length=200, initial="https://ntfy.sh")
    topic = secret_field(
        _("Topic"),
        help_text=_("Anyone who knows the topic can read it: choose one that is hard to guess."),
        validators=[RegexValidator(r"^[A-Za-z0-9_-]{1,64}$", _("Only letters, digits, _ and -."))],
    )
    token = secret_field(
        _("Access token"),
        required=False,
        validators=[RegexValidator(r"^tk_\w{10,}$", _("A token starts with tk_."))],
        help_text=_("Only where the topic is protected."),
    )

    def read(self, given: dict[str, Any]) -> Config:
        address = parse_address_in("server", given.pop("server"))
        if address.path.strip("/") or address.query:
            raise ValidationError({"server": _("Only the server; the topic stands below.")})
        return given | asdict(Server.at(address))

    def shown(self) -> dict[str, Any]:
        return {"server": Server.of(self.before).url} if self.before else {}
