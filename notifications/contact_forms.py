"""One form for each kind of contact point. What they store is all that the channels ever see of an address."""

from __future__ import annotations

import base64
import re
import secrets
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import SplitResult, urlsplit

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from journal.models import Urgency
from notifications.channels.kinds import masked
from notifications.models import Channel, ContactPoint
from notifications.models.contact import default_urgencies

# While a changed secret is rolled out, the former one signs as well.
FORMER_SECRET_FOR = timedelta(hours=24)
LEAVE_EMPTY = _("Leave it empty to keep %(secret)s.")


class ContactForm(forms.Form):
    """What every kind has. `secrets` names the fields that are never shown again; empty, they stay as they are."""

    kind: ClassVar[str]
    secrets: ClassVar[dict[str, str]] = {}  # field: the part of the settings of which the end is shown

    name = forms.CharField(
        label=_("Name"),
        max_length=60,
        required=False,
        help_text=_("So that you know which one it is, for example “Work phone”."),
    )
    urgencies = forms.MultipleChoiceField(
        label=_("What comes here"),
        choices=[
            (Urgency.NOW, _("Urgent alarms")),
            (Urgency.SOON, _("What needs you soon")),
            (Urgency.LATER, _("What is good to know")),
        ],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *arguments: Any, contact: ContactPoint | None = None, **named: Any) -> None:
        self.before: dict[str, Any] = contact.config if contact and contact.is_readable else {}
        if contact:
            named["initial"] = self.shown() | {"name": contact.name, "urgencies": contact.urgencies}
        else:
            named.setdefault("initial", {})["urgencies"] = default_urgencies()
        super().__init__(*arguments, **named)
        self.order_fields(
            [*(name for name in self.fields if name not in ContactForm.base_fields), "urgencies", "name"]
        )
        for name, part in self.secrets.items() if self.before else ():
            field = self.fields[name]
            field.required, field.initial = False, ""
            field.help_text = LEAVE_EMPTY % {"secret": masked(self.before[part])}

    def shown(self) -> dict[str, Any]:
        """The stored settings as the fields show them."""
        return {name: value for name, value in self.before.items() if name not in self.secrets}

    def read(self, given: dict[str, Any]) -> dict[str, Any]:
        """The settings to store, from the fields of this kind. Raises ValidationError."""
        return given

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        given = {name: cleaned[name] for name in self.fields if name not in ContactForm.base_fields}
        kept = {name for name in self.secrets if self.before and not given[name]}
        cleaned["config"] = self.before | self.read({k: v for k, v in given.items() if k not in kept})
        return cleaned


def _address(url: str) -> SplitResult:
    """Of a server that a person names. Raises ValidationError for what is no plain web address."""
    try:
        parts = urlsplit(url.strip())
        is_plain = bool(parts.hostname) and not parts.username and not parts.fragment and parts.port != 0
    except ValueError:
        is_plain = False
    if not is_plain or not re.fullmatch(r"[\w.:-]+", parts.hostname or ""):
        raise ValidationError(_("This is not an address of a server. Example: https://chat.example.com"))
    if parts.scheme != "https" and not (parts.scheme == "http" and settings.EGRESS_ALLOWED_NETWORKS):
        raise ValidationError(_("Give an address that starts with https://"))
    return parts


def _server(parts: SplitResult) -> dict[str, Any]:
    return {"host": parts.hostname, "port": parts.port, "secure": parts.scheme == "https"}


def _server_url(config: dict[str, Any]) -> str:
    scheme, port = "https" if config["secure"] else "http", f":{config['port']}" if config["port"] else ""
    return f"{scheme}://{config['host']}{port}"


def _secret_field(label: Any, **named: Any) -> forms.CharField:
    """Shown while it is typed (it is pasted, and must be checked), but not kept by the browser."""
    widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "mono"})
    return forms.CharField(label=label, max_length=500, widget=widget, **named)


class EmailForm(ContactForm):
    kind = Channel.EMAIL
    address = forms.EmailField(label=_("E-mail address"), max_length=254)


class LoginEmailForm(ContactForm):
    """The address with which the person logs in is set by an administrator."""

    kind = Channel.EMAIL


class SlackForm(ContactForm):
    kind = Channel.SLACK
    secrets = {"url": "token_c"}
    url = _secret_field(
        _("Incoming webhook"),
        help_text=_("From your Slack app: https://hooks.slack.com/services/T…/B…/…"),
    )

    def read(self, given: dict[str, Any]) -> dict[str, Any]:
        if "url" not in given:
            return {}
        pattern = r"https://hooks\.slack\.com/services/([A-Z0-9]+)/([A-Z0-9]+)/([A-Za-z0-9]+)/?"
        return _parts(pattern, given["url"], ("token_a", "token_b", "token_c"), "url")

    def shown(self) -> dict[str, Any]:
        return {}


class TeamsForm(ContactForm):
    kind = Channel.TEAMS
    secrets = {"url": "signature"}
    url = _secret_field(
        _("Workflow address"),
        help_text=_(
            "In Teams: Workflows, “Send webhook alerts to a chat”. The address is at logic.azure.com or "
            "api.powerplatform.com."
        ),
    )

    def read(self, given: dict[str, Any]) -> dict[str, Any]:
        if "url" not in given:
            return {}
        pattern = (
            r"https://(?P<host>[a-z0-9.-]+\.(?:logic\.azure\.com|api\.powerplatform\.com))(?::(?P<port>443))?"
            r"(?P<direct>/powerautomate/automations/direct(?:/cu/(?P<routing_id>[A-Za-z0-9-]+))?)?"
            r"/workflows/(?P<workflow>[A-Za-z0-9]+)/triggers/manual/paths/invoke/?"
            r"\?(?:[^#]*&)?sig=(?P<signature>[A-Za-z0-9_-]+)(?:&[^#]*)?"
        )
        found = re.fullmatch(pattern, given["url"].strip())
        if not found:
            raise ValidationError({"url": _("This is not the address of a workflow.")})
        parts = found.groupdict()
        return {
            **{name: parts[name] for name in ("host", "workflow", "signature", "routing_id")},
            "power_automate": bool(parts["direct"]),
        }

    def shown(self) -> dict[str, Any]:
        return {}


class MattermostForm(ContactForm):
    kind = Channel.MATTERMOST
    secrets = {"url": "token"}
    url = _secret_field(_("Incoming webhook"), help_text=_("For example https://chat.example.com/hooks/…"))
    channel = forms.CharField(
        label=_("Channel"),
        max_length=64,
        required=False,
        validators=[RegexValidator(r"^[@#]?[\w.-]+$")],
        help_text=_("Empty: the webhook's own channel."),
    )

    def read(self, given: dict[str, Any]) -> dict[str, Any]:
        settings_ = {"channel": given["channel"]}
        if "url" not in given:
            return settings_
        parts = _at("url", given["url"])
        found = re.fullmatch(r"((?:/[\w-]+)*?)/hooks/([A-Za-z0-9]{20,40})/?", parts.path)
        if not found or parts.query:
            raise ValidationError({"url": _("This is not the address of an incoming webhook.")})
        return {**settings_, **_server(parts), "path": found[1], "token": found[2]}

    def shown(self) -> dict[str, Any]:
        return {"channel": self.before.get("channel", "")}


class TelegramForm(ContactForm):
    kind = Channel.TELEGRAM
    secrets = {"token": "token"}
    token = _secret_field(
        _("Token of the bot"),
        help_text=_("From @BotFather. Write to the bot once, so that it may write to you."),
        validators=[RegexValidator(r"^\d{5,}:[\w-]{30,}$", _("A token looks like 123456789:AAE…"))],
    )
    chat = forms.CharField(
        label=_("Chat"),
        max_length=40,
        help_text=_("The number of the chat, or @name of a channel."),
        validators=[RegexValidator(r"^(-?\d{3,}|@\w{3,})$", _("Give a number or @name."))],
    )


class DiscordForm(ContactForm):
    kind = Channel.DISCORD
    secrets = {"url": "token"}
    url = _secret_field(
        _("Webhook"), help_text=_("From the channel's settings: https://discord.com/api/webhooks/…/…")
    )

    def read(self, given: dict[str, Any]) -> dict[str, Any]:
        if "url" not in given:
            return {}
        pattern = r"https://(?:ptb\.|canary\.)?discord(?:app)?\.com/api/webhooks/(\d{5,30})/([\w-]{20,100})/?"
        return _parts(pattern, given["url"], ("webhook_id", "token"), "url")

    def shown(self) -> dict[str, Any]:
        return {}


class NtfyForm(ContactForm):
    kind = Channel.NTFY
    secrets = {"topic": "topic", "token": "token"}
    server = forms.CharField(label=_("Server"), max_length=200, initial="https://ntfy.sh")
    topic = _secret_field(
        _("Topic"),
        help_text=_("Whoever knows the topic can read it: take one that nobody guesses."),
        validators=[RegexValidator(r"^[A-Za-z0-9_-]{1,64}$", _("Only letters, digits, _ and -."))],
    )
    token = _secret_field(
        _("Access token"),
        required=False,
        validators=[RegexValidator(r"^tk_\w{10,}$", _("A token starts with tk_."))],
        help_text=_("Only where the topic is protected."),
    )

    def read(self, given: dict[str, Any]) -> dict[str, Any]:
        parts = _at("server", given.pop("server"))
        if parts.path.strip("/") or parts.query:
            raise ValidationError({"server": _("Only the server; the topic stands below.")})
        return {"token": "", **given, **_server(parts)} if not self.before else given | _server(parts)

    def shown(self) -> dict[str, Any]:
        return {"server": _server_url(self.before)} if self.before else {}


class SmsForm(ContactForm):
    kind = Channel.SMS
    number = forms.CharField(
        label=_("Phone number"),
        max_length=24,
        help_text=_("With the country, for example +90 532 000 00 00"),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )

    def clean_number(self) -> str:
        number = re.sub(r"[\s().-]", "", self.cleaned_data["number"])
        if not re.fullmatch(r"\+[1-9]\d{7,14}", number):
            raise ValidationError(_("Give the number with + and the country."))
        return number


class WebhookForm(ContactForm):
    kind = Channel.WEBHOOK
    secrets = {"secret": "secret"}
    url = forms.CharField(label=_("Address"), max_length=500)
    secret = _secret_field(
        _("Secret"),
        help_text=_("Signs every message (standardwebhooks.com). Copy it now: it is not shown again."),
    )

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        if not self.before:
            self.fields["secret"].initial = f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"

    def clean_url(self) -> str:
        _address(self.cleaned_data["url"])
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

    def read(self, given: dict[str, Any]) -> dict[str, Any]:
        if self.before and given.get("secret", self.before["secret"]) != self.before["secret"]:
            given["former_secret"] = self.before["secret"]
            given["former_until"] = (timezone.now() + FORMER_SECRET_FOR).isoformat()
        return given

    def shown(self) -> dict[str, Any]:
        return {"url": self.before.get("url", "")}


def _at(field: str, url: str) -> SplitResult:
    try:
        return _address(url)
    except ValidationError as wrong:
        raise ValidationError({field: wrong}) from wrong


def _parts(pattern: str, url: str, names: tuple[str, ...], field: str) -> dict[str, Any]:
    found = re.fullmatch(pattern, url.strip())
    if not found:
        raise ValidationError({field: _("This is not the address of such a webhook.")})
    return dict(zip(names, found.groups(), strict=True))


_FORMS: list[type[ContactForm]] = [
    EmailForm,
    SlackForm,
    TeamsForm,
    MattermostForm,
    TelegramForm,
    DiscordForm,
    NtfyForm,
    SmsForm,
    WebhookForm,
]
FORMS: dict[str, type[ContactForm]] = {form.kind: form for form in _FORMS}


def offered() -> list[Channel]:
    """The kinds that can be added here: text messages only where the site has an account for them."""
    has_sms = settings.TWILIO_ACCOUNT_SID and settings.TWILIO_AUTH_TOKEN and settings.TWILIO_FROM
    return [Channel(kind) for kind in FORMS if kind != Channel.SMS or has_sms]


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=12,
        widget=forms.TextInput(
            attrs={
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "class": "mono",
                "autofocus": True,
            }
        ),
    )


class HoursForm(forms.Form):
    """Quiet and working hours; both ends of a span or none."""

    quiet_from = forms.TimeField(label=_("Quiet from"), required=False)
    quiet_until = forms.TimeField(
        label=_("Until"), required=False, help_text=_("An earlier time is on the next day.")
    )
    work_from = forms.TimeField(label=_("Working from"), required=False)
    work_until = forms.TimeField(label=_("Until"), required=False)
    work_days = forms.TypedMultipleChoiceField(
        label=_("Working days"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[
            (0, _("Monday")),
            (1, _("Tuesday")),
            (2, _("Wednesday")),
            (3, _("Thursday")),
            (4, _("Friday")),
            (5, _("Saturday")),
            (6, _("Sunday")),
        ],
    )

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        for name in ("quiet_from", "quiet_until", "work_from", "work_until"):
            self.fields[name].widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for span in ("quiet", "work"):
            start, end = cleaned.get(f"{span}_from"), cleaned.get(f"{span}_until")
            if (start is None) != (end is None):
                self.add_error(f"{span}_until", _("Give both times, or neither."))
            elif start is not None and start == end:
                self.add_error(f"{span}_until", _("The two times must differ."))
        if cleaned.get("work_from") is not None and not cleaned.get("work_days"):
            self.add_error("work_days", _("Choose at least one working day."))
        return cleaned
