from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import Form


class SettleForm(Form):
    reason = forms.CharField(label=_("Outcome"), max_length=300)
