from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from notifications.models import Channel, DeliveryState


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
        choices=[("", _("All channels"))]
        + [choice for choice in Channel.choices if choice[0] != Channel.IN_APP],
        required=False,
    )
    q = forms.CharField(label=_("Person"), required=False, max_length=120)
