"""What the forms of all channels share. What they store is all that a sender ever sees of an address."""

from __future__ import annotations

import re
from typing import Any, ClassVar
from urllib.parse import SplitResult

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.forms import Form
from journal.models import Urgency
from notifications.channels.config import Config, masked
from notifications.channels.servers import parse_address

LEAVE_EMPTY = _("Leave it empty to keep %(secret)s.")


class ContactForm(Form):
    """What every channel's form has. `before` are the settings as they are stored, none for a new contact point.

    `secrets` names the fields that are never shown again; left empty, they stay as they are.
    """

    secrets: ClassVar[dict[str, str]] = {}  # field: the part of the settings of which the end is shown
    note: ClassVar[str | Promise] = ""  # what else the person must know, below the fields

    name = forms.CharField(
        label=_("Name"),
        max_length=60,
        required=False,
        help_text=_("So that you know which one it is, for example “Work phone”."),
    )
    urgencies = forms.MultipleChoiceField(
        label=_("Send here:"),
        choices=[
            (Urgency.NOW, _("Urgent alerts")),
            (Urgency.SOON, _("Needs attention soon")),
            (Urgency.LATER, _("For information")),
        ],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(
        self, data: Any = None, *, before: Config | None = None, initial: dict[str, Any] | None = None
    ) -> None:
        self.before: Config = before or {}
        super().__init__(data, initial=self.shown() | (initial or {}))
        self.order_fields(
            [*(name for name in self.fields if name not in ContactForm.base_fields), "urgencies", "name"]
        )
        for name, part in self.secrets.items() if self.before else ():
            field = self.fields[name]
            field.required, field.initial = False, ""
            field.help_text = LEAVE_EMPTY % {"secret": masked(self.before[part])}

    def shown(self) -> dict[str, Any]:
        """The stored settings as the fields show them."""
        names = self.base_fields.keys() - self.secrets.keys()
        return {name: value for name, value in self.before.items() if name in names}

    def read(self, given: dict[str, Any]) -> Config:
        """The settings to store, from the fields of this channel. Raises ValidationError."""
        return given

    @property
    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("name", "config", "urgencies")}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        given = {name: cleaned[name] for name in self.fields if name not in ContactForm.base_fields}
        kept = {name for name in self.secrets if self.before and not given[name]}
        cleaned["config"] = self.before | self.read({k: v for k, v in given.items() if k not in kept})
        return cleaned


class AddressForm(ContactForm):
    """For a service that gives out one secret address, the field `url`; `secrets` says which part of it is masked."""

    pattern: ClassVar[str] = ""  # named groups are the settings to store
    refusal: ClassVar[str | Promise] = _("This is not the address of such a webhook.")

    def read(self, given: dict[str, Any]) -> Config:
        url = given.pop("url", None)
        return given if url is None else given | self.parse(url.strip())

    def parse(self, url: str) -> Config:
        """The settings in the address. Raises ValidationError when it is not like `pattern` from end to end."""
        found = re.fullmatch(self.pattern, url)
        if not found:
            raise ValidationError({"url": self.refusal})
        return found.groupdict()


def secret_field(label: Any, **named: Any) -> forms.CharField:
    """Shown while it is typed (it is pasted, and must be checked), but not kept by the browser."""
    widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "mono"})
    return forms.CharField(label=label, max_length=500, widget=widget, **named)


def parse_address_in(field: str, url: str) -> SplitResult:
    """As parse_address, and the error stands at the field."""
    try:
        return parse_address(url)
    except ValidationError as wrong:
        raise ValidationError({field: wrong}) from wrong
