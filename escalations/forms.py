"""How administrators edit what happens when a deadline is missed."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from escalations import purposes
from escalations.models import Policy, PolicyStep
from people.models import CrisisRole

EVERYBODY = ("level", "administrators")
BY_ROLE = ("role", "deputy", "duty")


def unknown_recipients(codes: list[str]) -> list[str]:
    """Those of `codes` that name nobody; "role:CL", "deputy:CL", "duty:CL", "level" and "administrators" do."""
    return [code for code in codes if not _is_known(code)]


def _is_known(code: str) -> bool:
    kind, colon, role = code.partition(":")
    return code in EVERYBODY or (kind in BY_ROLE and colon == ":" and role in CrisisRole.values)


class RecipientsField(forms.CharField):
    """Codes separated by commas or blanks; stored as a list."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)

    def clean(self, value: Any) -> Any:
        # A pasted JSON list is understood as well.
        codes = [code for code in re.split(r"[\s,;\[\]\"']+", super().clean(value)) if code]
        if wrong := unknown_recipients(codes):
            raise forms.ValidationError(
                _("Nobody is meant by %(codes)s. Possible are %(examples)s; the roles are %(roles)s.")
                % {
                    "codes": ", ".join(f"“{code}”" for code in wrong),
                    "examples": "role:CL, deputy:CL, duty:CL, level, administrators",
                    "roles": ", ".join(CrisisRole.values),
                }
            )
        return list(dict.fromkeys(codes))


class StepForm(forms.ModelForm):
    tell = RecipientsField(
        label=gettext_lazy("Whom to tell"),
        widget=forms.TextInput(attrs={"size": 40}),
        help_text=gettext_lazy(
            "Separated by commas: role:CO, deputy:CL, duty:SM, level (everybody of the level), administrators."
        ),
    )

    class Meta:
        model = PolicyStep
        fields = ["position", "times_target", "tell", "raise_level"]


class StepFormSet(forms.BaseInlineFormSet):
    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        for field in form.fields.values():  # the admin draws a table, whose headings label no field
            field.widget.attrs["aria-label"] = str(field.label)

    def clean(self) -> None:
        super().clean()
        kept = [form.cleaned_data for form in self.forms if form.is_valid() and form.cleaned_data]
        steps = [facts for facts in kept if not facts.get("DELETE")]
        if not steps:
            raise forms.ValidationError(
                _(
                    "Without a step nobody would ever be told. Keep at least one; its clock would not run otherwise."
                )
            )
        times = [facts["times_target"] for facts in sorted(steps, key=lambda facts: facts["position"])]
        if times != sorted(set(times)):
            raise forms.ValidationError(
                _("Each step must come later than the one before it: the times must grow with the positions.")
            )


def purpose_choices() -> list[tuple[str, str | Promise]]:
    return [("", "---------"), *((purpose.code, purpose.label) for purpose in purposes.every())]


class PolicyForm(forms.ModelForm):
    class Meta:
        model = Policy
        fields = ["purpose", "level", "minutes"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "purpose" in self.fields:  # shown only, once the policy exists
            label = self.fields["purpose"].label
            self.fields["purpose"] = forms.ChoiceField(label=label, choices=purpose_choices())
