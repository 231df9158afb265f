from __future__ import annotations

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from notifications.channels.contact_form import ContactForm


class SmsForm(ContactForm):
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
