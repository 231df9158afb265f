from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from notifications.models import DeliveryState
from notifications.models.choices import OUTSIDE


class InboxFilter(forms.Form):
    show = forms.ChoiceField(
        label=_("Show"), choices=[("", _("All")), ("unread", _("Unread"))], required=False
    )


class DeliveryFilter(forms.Form):
    state = forms.ChoiceField(
        label=_("State"), choices=[("", _("All states")), *DeliveryState.choices], required=False
    )
    channel = forms.ChoiceField(
        label=_("Channel"),
        choices=[("", _("All channels")), *OUTSIDE],
        required=False,
    )
    q = forms.CharField(label=_("Person or incident"), required=False, max_length=120)
