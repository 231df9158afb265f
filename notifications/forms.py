from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import Filter, Form, TimeInput
from notifications.channels import all_channels
from notifications.models import DeliveryState


class InboxFilter(Filter):
    show = forms.ChoiceField(
        label=_("Show"), choices=[("", _("All")), ("unread", _("Unread"))], required=False
    )


class DeliveryFilter(Filter):
    state = forms.ChoiceField(
        label=_("State"), choices=[("", _("All states")), *DeliveryState.choices], required=False
    )
    channel = forms.ChoiceField(
        label=_("Channel"),
        choices=lambda: [
            ("", _("All channels")),
            *((kind, one.label) for kind, one in all_channels().items()),
        ],
        required=False,
    )
    q = forms.CharField(label=_("Person or incident"), required=False, max_length=120)


class CodeForm(Form):
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


class HoursForm(Form):
    """Quiet and working hours; both ends of a span or none."""

    rows = [("quiet_from", "quiet_until"), ("work_from", "work_until")]

    quiet_from = forms.TimeField(widget=TimeInput(), label=_("Quiet from"), required=False)
    quiet_until = forms.TimeField(
        widget=TimeInput(),
        label=_("Until"),
        required=False,
        help_text=_("An earlier time is on the next day."),
    )
    work_from = forms.TimeField(widget=TimeInput(), label=_("Working from"), required=False)
    work_until = forms.TimeField(widget=TimeInput(), label=_("Until"), required=False)
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
