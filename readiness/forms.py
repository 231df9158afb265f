from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import Any, cast

from crispy_forms.layout import HTML, Div, Fieldset
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from common.forms import DayInput, Form, ModelForm, MomentField, TimeInput
from people.forms import zone_choices
from people.models import CrisisRole, DutyShift, Rotation, TurnUnit, User, able_people
from readiness.actions.rotations import HORIZON, MOST_MEMBERS, PLAN_FIELDS
from readiness.spans import Span
from readiness.turns import Plan
from readiness.wording import span_in_words


class ShiftForm(Form):
    rows = [("role", "user"), ("starts_at", "ends_at")]

    role = forms.ChoiceField(label=_("Role"), choices=CrisisRole)
    user = forms.ModelChoiceField(label=_("Person"), queryset=able_people(), empty_label=_("Choose a person"))
    starts_at = MomentField(label=_("From"))
    ends_at = MomentField(label=_("Until"))


class GiveForm(Form):
    rows = [("starts_at", "ends_at")]

    taker = forms.ModelChoiceField(
        label=_("To whom"), queryset=User.objects.none(), empty_label=_("Choose a person")
    )
    starts_at = MomentField(label=_("From"))
    ends_at = MomentField(label=_("Until"))

    def __init__(self, *args: Any, giver: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["taker"]).queryset = able_people().exclude(pk=giver.pk)


class SwapForm(Form):
    """One choice says both: who is asked, and for which of their shifts, if any."""

    exchange = forms.ChoiceField(
        label=_("Ask"), help_text=_("Who is on duty for this role then cannot be asked.")
    )
    message = forms.CharField(
        label=_("Message"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Your colleague reads it beside the offer."),
    )

    def __init__(self, *args: Any, shift: DutyShift, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        busy = DutyShift.objects.filter(role=shift.role).overlapping(shift.starts_at, shift.ends_at)
        self._people = {
            person.pk: person for person in able_people().exclude(pk__in=busy.values("user")).order_by("name")
        }
        now = timezone.now()
        theirs = DutyShift.objects.filter(
            role=shift.role, user__in=self._people, starts_at__gt=now, starts_at__lt=now + HORIZON
        )
        self._shifts = {row.pk: row for row in theirs.order_by("starts_at")}
        field = cast(forms.ChoiceField, self.fields["exchange"])
        field.choices = [("", _("Choose a person")), *self._groups()]

    def _groups(self) -> Iterable[tuple[str, list[tuple[str, str]]]]:
        for person in self._people.values():
            gift = (f"{person.pk}:", _now("%(person)s, for nothing in return") % {"person": person})
            swaps = [
                (
                    f"{person.pk}:{row.pk}",
                    _now("%(person)s, for %(span)s")
                    % {"person": person, "span": span_in_words(Span(row.starts_at, row.ends_at))},
                )
                for row in self._shifts.values()
                if row.user_id == person.pk
            ]
            yield str(person), [gift, *swaps]

    @property
    def facts(self) -> dict[str, Any]:
        """What `actions.offer_swap` takes."""
        person, _colon, shift = self.cleaned_data["exchange"].partition(":")
        return {
            "taker": self._people[int(person)],
            "wanted": self._shifts[int(shift)] if shift else None,
            "message": self.cleaned_data["message"],
        }


class RotationForm(ModelForm):
    """When a rotation hands over, and who takes turns: one field for each place, a few always free."""

    class Meta:
        model = Rotation
        fields = ["role", "name", *PLAN_FIELDS]
        widgets = {
            "hand_over_at": TimeInput(),
            "hours_from": TimeInput(),
            "hours_until": TimeInput(),
            "starts_on": DayInput(),
        }
        help_texts = {
            "name": _("For example “Nights” or “Weekdays Europe”."),
            "starts_on": _("The first turn begins on the first hand-over day from this date on."),
            "hand_over_at": _(
                "On the clock of the time zone below. A time that the clocks skip counts an hour later; "
                "of one that comes twice, the first counts."
            ),
            "hours_from": _(
                "Only for duty at certain hours, for example 22:00 to 08:00. Empty: round the clock."
            ),
        }

    rows = [
        ("role", "name"),
        ("turn_length", "turn_unit"),
        ("hand_over_weekday", "hand_over_at"),
        ("time_zone", "starts_on"),
        ("hours_from", "hours_until"),
    ]
    FREE_PLACES, LEAST_PLACES = 3, 6

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["role"]
        self.fields["time_zone"] = forms.ChoiceField(
            label=_("Time zone"),
            choices=zone_choices(self.instance.time_zone or self.initial.get("time_zone", "")),
        )
        self._able = {str(person.pk): person for person in able_people().order_by("name")}
        choices = [("", "—"), *((pk, str(person)) for pk, person in self._able.items())]
        now_in = [str(pk) for pk in self._members_so_far()]
        for number in range(self._places(len(now_in))):
            name = f"member_{number}"
            self.fields[name] = forms.ChoiceField(
                label=_("Turn %(number)d") % {"number": number + 1}, choices=choices, required=False
            )
            self.initial[name] = now_in[number] if number < len(now_in) else ""

    def _members_so_far(self) -> list[int]:
        if not self.instance.pk:
            return []
        return list(self.instance.members.values_list("user", flat=True))

    def _places(self, members: int) -> int:
        """As many as were filled, and some more; whatever was sent, never more than a rotation can have."""
        filled = [n for n in range(MOST_MEMBERS) if self.is_bound and self.data.get(f"member_{n}")]
        last = max([*(n + 1 for n in filled), members])
        return min(max(last + self.FREE_PLACES, self.LEAST_PLACES), MOST_MEMBERS)

    def layout(self) -> list[Any]:
        group = partial(Fieldset, css_class="field-group")
        _what, *hand_over, hours = self.rows
        more = _("More places appear when you look at the hand-overs.")
        return [
            *self.in_rows(("role", "name")),
            group(_("When they hand over"), *self.in_rows(name for row in hand_over for name in row)),
            group(_("At which hours"), *self.in_rows(hours)),
            group(
                _("Who takes turns, in this order"),
                Div(*self._member_names(), css_class="member-fields"),
                HTML(format_html('<p class="muted">{}</p>', more)),
            ),
        ]

    def _member_names(self) -> list[str]:
        return [name for name in self.fields if name.startswith("member_")]

    def clean_starts_on(self) -> Any:
        day, today = self.cleaned_data["starts_on"], timezone.localdate()
        if abs(day - today) > timedelta(days=3 * 366):
            raise ValidationError(_("Choose a day within three years."))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("turn_unit") == TurnUnit.DAYS:
            cleaned["hand_over_weekday"] = None
        if not self.people:
            self.add_error("member_0", _("Name at least one person who takes turns."))
        return cleaned

    @property
    def people(self) -> list[User]:
        """Who takes turns, in order; places left free between them do not count."""
        chosen = (self.cleaned_data.get(name) for name in self._member_names())
        return [self._able[pk] for pk in chosen if pk]

    @property
    def plan(self) -> Plan:
        return Plan.of(**{name: self.cleaned_data[name] for name in PLAN_FIELDS})

    @property
    def facts(self) -> dict[str, Any]:
        """What `actions.save_rotation` takes."""
        fields = {name: self.cleaned_data[name] for name in ("name", *PLAN_FIELDS)}
        return {**fields, "role": self.instance.role, "members": self.people}
