from __future__ import annotations

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from notifications.channels.contact_form import ContactForm, secret_field


class TelegramForm(ContactForm):
    secrets = {"token": "token"}
    token = secret_field(
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
