from __future__ import annotations

import base64
import secrets as random_secrets
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications.channels.config import Config
from notifications.channels.contact_form import ContactForm, secret_field
from notifications.channels.servers import parse_address

# While a changed secret is rolled out, the former one signs as well.
FORMER_SECRET_FOR = timedelta(hours=24)


class WebhookForm(ContactForm):
    secrets = {"secret": "secret"}
    note = _(
        "Each message is a POST in JSON with the headers webhook-id, webhook-timestamp and webhook-signature. A "
        "repeat has the same webhook-id: drop it."
    )
    url = forms.CharField(label=_("Address"), max_length=500)
    secret = secret_field(
        _("Secret"),
        help_text=_("Signs every message (standardwebhooks.com). Copy it now: it is not shown again."),
    )

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        if not self.before:
            random = base64.b64encode(random_secrets.token_bytes(32)).decode()
            self.fields["secret"].initial = f"whsec_{random}"

    def clean_url(self) -> str:
        parse_address(self.cleaned_data["url"])
        return self.cleaned_data["url"].strip()

    def clean_secret(self) -> str:
        secret = self.cleaned_data["secret"].strip()
        try:
            is_long = len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) >= 24
        except ValueError:  # no base64, or not even ASCII
            is_long = False
        if secret and not (secret.startswith("whsec_") and is_long):
            raise ValidationError(_("A secret is whsec_ and at least 24 bytes in base64."))
        return secret

    def read(self, given: dict[str, Any]) -> Config:
        if self.before and given.get("secret", self.before["secret"]) != self.before["secret"]:
            given["former_secret"] = self.before["secret"]
            given["former_until"] = (timezone.now() + FORMER_SECRET_FOR).isoformat()
        return given
