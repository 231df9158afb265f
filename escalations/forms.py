"""How administrators edit what happens when a deadline is missed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crispy_forms.layout import Field
from django import forms
from django.db.models import Model
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from common.errors import ActionRefused, Conflict, Invalid
from common.forms import Form, ModelForm
from escalations.models import MOST_REPEATS, Policy, PolicyStep
from escalations.policies import LONGEST_MINUTES, POLICY_FIELDS, STEP_FIELDS, require_order
from escalations.recipient_codes import Group

MOST_STEPS = 20
# What a form reloaded by “add”, “up” and the like is filled with again, exactly as it was typed.
Typed = dict[str, Any]


def _minutes(model: type[Model], name: str, **options: Any) -> forms.IntegerField:
    """The model's field with the bounds of the calendar: a target in 4000 years would stop the engine."""
    field: Any = model._meta.get_field(name)
    return forms.IntegerField(
        label=capfirst(field.verbose_name),
        min_value=1,
        max_value=LONGEST_MINUTES,
        help_text=field.help_text,
        **options,
    )


class PolicyForm(ModelForm):
    """The target, and with `steps` what happens when it is missed; only both together make sense."""

    minutes = _minutes(Policy, "minutes")
    lapse_minutes = _minutes(Policy, "lapse_minutes", required=False)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Policy
        fields = POLICY_FIELDS

    def __init__(self, *args: Any, steps: _StepFormSet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.steps = steps

    def is_valid(self) -> bool:
        return super().is_valid() & self.steps.is_valid()

    @property
    def facts(self) -> dict[str, Any]:
        return {**self.cleaned_data, "steps": self.steps.steps()}

    def refuse(self, refusal: ActionRefused) -> None:
        if not isinstance(refusal, Conflict):  # of which the page shows both versions
            super().refuse(refusal)


class StepForm(ModelForm):
    has_csrf_token = False
    rows = [("times_target", "repeats", "repeat_minutes"), ("raise_level", "everyone")]

    tell = forms.MultipleChoiceField(label=_("Whom to alert"))
    repeat_minutes = _minutes(PolicyStep, "repeat_minutes")

    class Meta:
        model = PolicyStep
        fields = STEP_FIELDS

    def __init__(self, *args: Any, groups: list[Group], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.groups = groups
        self.fields["tell"].choices = [choice for group in groups for choice in group.choices]  # type: ignore[attr-defined]
        self.fields["repeats"].widget.attrs["max"] = MOST_REPEATS

    def layout(self) -> list[Any]:
        others = (name for name in self.fields if name != "tell")
        return [*self.in_rows(others), Field("tell", template="escalations/_tell.html")]

    @property
    def chosen(self) -> list[str]:
        return list(self["tell"].value() or [])


class _StepFormSet(forms.BaseFormSet):
    def clean(self) -> None:
        if any(self.errors):
            return
        try:
            require_order(form.cleaned_data["times_target"] for form in self.forms if form.cleaned_data)
        except Invalid as wrong:
            raise forms.ValidationError(str(wrong)) from wrong

    def steps(self) -> list[dict[str, Any]]:
        """What a valid set says, in order."""
        return [{name: form.cleaned_data[name] for name in STEP_FIELDS} for form in self.forms]


StepFormSet = forms.formset_factory(
    StepForm,
    formset=_StepFormSet,
    extra=0,
    min_num=0,
    max_num=MOST_STEPS,
    absolute_max=MOST_STEPS,
    validate_max=True,
)


class LinkCodeForm(Form):
    """The code of a message. Whatever was typed counts as a try, so nothing is refused before the action sees it."""

    has_csrf_token = False
    has_summary_title = False
    code = forms.Field(
        label=_("The six digits that stand beside the link in the message"),
        required=False,
        widget=forms.TextInput(
            attrs={
                "class": "form-control-lg",
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "maxlength": 12,
                "required": True,
            }
        ),
    )

    @property
    def facts(self) -> dict[str, Any]:
        return {"code": self.cleaned_data["code"] or ""}


def typed_policy(data: QueryDict) -> Typed:
    return {**data.dict(), "working_days": "working_days" in data}


def typed_steps(data: QueryDict) -> list[Typed]:
    """The steps as they were typed, sound or not."""
    count = _counted(data.get("form-TOTAL_FORMS", ""))
    return [_typed(data, f"form-{n}-") for n in range(min(count, MOST_STEPS))]


def _counted(text: str) -> int:
    """A number of steps, or of one step; -1 for what is none, or is far beyond any."""
    return int(text) if text.isdecimal() and len(text) < 4 else -1


def _typed(data: QueryDict, prefix: str) -> Typed:
    facts: Typed = {name: data.get(prefix + name, "") for name in STEP_FIELDS}
    flags = {name: prefix + name in data for name in ("raise_level", "everyone")}
    return {**facts, **flags, "tell": data.getlist(prefix + "tell")}


def rearranged(steps: list[Typed], what: str) -> list[Typed]:
    """`steps` after “add”, “remove-N”, “up-N” or “down-N”; unchanged for anything else."""
    verb, _dash, number = what.partition("-")
    if verb == "add":
        return [*steps, _following(steps)]
    place = _counted(number)
    target = {"remove": place, "up": place - 1, "down": place + 1}.get(verb, -1)
    if not 0 <= place < len(steps) or not 0 <= target < len(steps):
        return steps
    moved = [*steps[:place], *steps[place + 1 :]]
    return moved if verb == "remove" else [*moved[:target], steps[place], *moved[target:]]


def _following(steps: Iterable[Typed]) -> Typed:
    """A further step to begin with: twice as late as the last one."""
    try:
        last = max(float(step["times_target"]) for step in steps)
    except ValueError:
        last = 0.5
    return {"times_target": f"{min(last * 2, 999.9):.1f}", "tell": [], "repeats": 0, "repeat_minutes": 5}
