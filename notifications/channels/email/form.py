from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from notifications.channels.contact_form import ContactForm


class EmailForm(ContactForm):
    address = forms.EmailField(label=_("E-mail address"), max_length=254)


class LoginEmailForm(ContactForm):
    """The address with which the person logs in is set by an administrator."""
