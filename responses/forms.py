"""What people type: texts per account, decisions, publications, claims, cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.times import validate_moment
from incidents.models import Incident
from people.models import User
from responses.content import LONGEST_REASON, LONGEST_TEXT, Content, clean_text
from responses.models import (
    Account,
    Answer,
    Audience,
    Claim,
    Platform,
    Response,
    ResponseKind,
    Revision,
    SourceKind,
    Stance,
    Tone,
    Verdict,
)


class MomentInput(forms.DateTimeInput):
    """The browser's own date and time field; times are in the reader's zone, to the minute."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


def _moment(label: Any, help_text: Any = "", **options: Any) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        help_text=help_text,
        widget=MomentInput(),
        required=False,
        validators=[validate_moment],
        **options,
    )


class MediaField(forms.CharField):
    """One picture or video per line: its address, a bar, its description."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> Any:
        lines = [line.partition("|") for line in (value or "").splitlines() if line.strip()]
        return [{"url": url.strip(), "alt": alt.strip()} for url, _bar, alt in lines]

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list):
            return "\n".join(f"{item['url']} | {item['alt']}" for item in value)
        return value


class TextForm(forms.Form):
    """The editor: one text per account of the brand, and what it stands on."""

    base_number = forms.IntegerField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(
        label=_("Title"), max_length=160, min_length=3, help_text=_("For the team; it is not published.")
    )
    audience = forms.ChoiceField(label=_("Audience"), choices=Audience.choices, initial=Audience.PUBLIC)
    next_update_by = _moment(
        _("Next update by"), _("What the text promises. It becomes a clock once published.")
    )
    no_update_reason = forms.CharField(
        label=_("Or: why no further update is planned"),
        required=False,
        max_length=LONGEST_REASON,
        help_text=_("For the approvers; it is not published."),
    )
    scheduled_for = _moment(_("Not before"), _("Leave empty to publish as soon as it is approved."))

    def __init__(
        self, *args: Any, accounts: Iterable[Account], claims: Iterable[Claim], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        typed = {**self.initial, **(self.data.dict() if isinstance(self.data, QueryDict) else self.data)}
        in_use = {name for name, value in typed.items() if name.startswith("text_") and value}
        # What is written already stands first; then the registry's order of platforms.
        self.accounts = sorted(
            accounts,
            key=lambda account: (f"text_{account.pk}" not in in_use, Platform.values.index(account.platform)),
        )
        self.claims = list(claims)
        for place, account in enumerate(self.accounts):
            rows = 7 if place == 0 or f"text_{account.pk}" in in_use else 3
            attrs: dict[str, Any] = {"rows": rows, "class": "form-control statement"}
            if account.text_limit:
                attrs["data-count-limit"] = account.text_limit
                attrs["data-count-as"] = account.platform
            self.fields[f"text_{account.pk}"] = forms.CharField(
                label=str(account), required=False, max_length=LONGEST_TEXT, widget=forms.Textarea(attrs)
            )
            self.fields[f"media_{account.pk}"] = MediaField(
                label=_("Pictures and videos for %(account)s") % {"account": account},
                required=False,
                max_length=4000,
                widget=forms.Textarea({"rows": 2}),
                help_text=_("One per line: https address | what it shows"),
            )
        for claim in self.claims:
            self.fields[f"claim_{claim.pk}"] = forms.ChoiceField(
                label=claim.text,
                required=False,
                choices=[("", _("not cited")), *Stance.choices],
                widget=forms.Select({"class": "form-select"}),
            )

    def account_fields(self) -> Iterator[tuple[Account, BoundField, BoundField]]:
        for account in self.accounts:
            yield account, self[f"text_{account.pk}"], self[f"media_{account.pk}"]

    def claim_fields(self) -> Iterator[tuple[Claim, BoundField]]:
        for claim in self.claims:
            yield claim, self[f"claim_{claim.pk}"]

    def content(self) -> Content:
        data = self.cleaned_data
        return Content(
            texts={account.pk: data[f"text_{account.pk}"] for account in self.accounts},
            media={account.pk: data[f"media_{account.pk}"] for account in self.accounts},
            audience=data["audience"],
            scheduled_for=data["scheduled_for"],
            next_update_by=data["next_update_by"],
            no_update_reason=data["no_update_reason"],
            citations={
                claim.pk: data[f"claim_{claim.pk}"] for claim in self.claims if data[f"claim_{claim.pk}"]
            },
        )

    def shown(self, initial: dict[str, Any]) -> dict[str, str]:
        """What the fields say when they show `initial`, as the browser would send it back."""
        form = TextForm(initial=initial, accounts=self.accounts, claims=self.claims)
        said = {}
        for bound in form:
            value = bound.value()
            widget = bound.field.widget
            text = widget.format_value(value) if isinstance(widget, MomentInput) else value
            said[bound.name] = clean_text(str(text or ""))
        return said

    @staticmethod
    def initial_from(revision: Revision | None, title: str = "") -> dict[str, Any]:
        """What the fields show for a stored revision."""
        if revision is None:
            return {}
        initial: dict[str, Any] = {
            "base_number": revision.number,
            "title": title,
            "audience": revision.audience,
            "scheduled_for": revision.scheduled_for,
            "next_update_by": revision.next_update_by,
            "no_update_reason": revision.no_update_reason,
        }
        for item in revision.renditions:
            initial[f"text_{item['account']}"] = item["text"]
            initial[f"media_{item['account']}"] = item["media"]
        for item in revision.citations:
            initial[f"claim_{item['claim']}"] = item["stance"]
        return initial


class NewTextForm(TextForm):
    kind = forms.ChoiceField(
        label=_("Kind of text"), choices=ResponseKind.choices, initial=ResponseKind.HOLDING
    )
    corrects = forms.ModelChoiceField(Response.objects.none(), required=False, widget=forms.HiddenInput)
    field_order = ("base_number", "corrects", "kind", "title")

    def __init__(self, *args: Any, incident: Incident, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["corrects"].queryset = incident.responses.all()  # type: ignore[attr-defined]


class ChecklistForm(forms.Form):
    """The tone checklist. The action, not the form, insists that it is complete, so that the API asks the same."""

    checklist = forms.MultipleChoiceField(
        label=_("Before it goes to the approvers"),
        choices=Tone.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class DecisionForm(forms.Form):
    APPROVE, CHANGES = "approve", "changes"
    content_hash = forms.CharField(max_length=64, widget=forms.HiddenInput)
    decision = forms.ChoiceField(choices=[(APPROVE, APPROVE), (CHANGES, CHANGES)], widget=forms.HiddenInput)
    capacity = forms.ChoiceField(label=_("You decide as"), required=False, widget=forms.RadioSelect)
    comment = forms.CharField(
        label=_("Comment"),
        required=False,
        max_length=4000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Needed when you ask for changes: say what and why."),
    )

    def __init__(self, *args: Any, capacities: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.capacities = capacities
        self.fields["capacity"].choices = capacities  # type: ignore[attr-defined]
        if len(capacities) < 2:
            self.fields["capacity"].widget = forms.HiddenInput()
        if capacities:
            self.fields["capacity"].initial = capacities[0][0]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("decision") == self.CHANGES and not (data.get("comment") or "").strip():
            # At the field, which on a phone lies far below the buttons.
            self.add_error("comment", _("Say what has to change, so that the author can act on it."))
        return data


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=4000, widget=forms.Textarea({"rows": 3}), required=False
    )


class PublishForm(forms.Form):
    """One address and time for every account that is not recorded yet."""

    content_hash = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, accounts: Iterable[Account], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.accounts = list(accounts)
        for account in self.accounts:
            self.fields[f"url_{account.pk}"] = forms.CharField(
                label=_("Address of the post on %(account)s") % {"account": account},
                required=False,
                max_length=1000,
                widget=forms.URLInput({"placeholder": "https://"}),
            )
            self.fields[f"at_{account.pk}"] = _moment(
                _("Published at"), initial=lambda: timezone.localtime().replace(second=0, microsecond=0)
            )

    def fields_for(self, account: Account) -> tuple[BoundField, BoundField]:
        return self[f"url_{account.pk}"], self[f"at_{account.pk}"]

    def filled(self) -> list[tuple[int, str, datetime]]:
        """(account, address, time) of every account with an address; without a time it is now."""
        data = self.cleaned_data
        return [
            (account.pk, data[f"url_{account.pk}"], data[f"at_{account.pk}"] or timezone.now())
            for account in self.accounts
            if data[f"url_{account.pk}"]
        ]


class ClaimForm(forms.ModelForm):
    class Meta:
        model = Claim
        fields = ("text", "seen_at", "against_us")
        widgets = {"text": forms.Textarea({"rows": 2})}


class EvidenceForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind of source"), choices=SourceKind.choices)
    source = forms.CharField(label=_("Source"), max_length=200)
    url = forms.URLField(label=_("Link"), required=False, max_length=1000, assume_scheme="https")
    finding = forms.CharField(label=_("What it says"), max_length=4000, widget=forms.Textarea({"rows": 2}))


class VerdictForm(forms.Form):
    verdict = forms.ChoiceField(label=_("Verdict"), choices=Verdict.choices)
    reason = forms.CharField(label=_("What it rests on"), max_length=4000, widget=forms.Textarea({"rows": 2}))


class AnswerForm(forms.Form):
    answer = forms.ChoiceField(label=_("Answer"), choices=Answer.choices)
    reason = forms.CharField(
        label=_("Why"), max_length=4000, required=False, widget=forms.Textarea({"rows": 2})
    )


class AnsweredForm(forms.Form):
    response = forms.ModelChoiceField(Response.objects.none(), label=_("Published text that answers it"))

    def __init__(self, *args: Any, responses: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["response"].queryset = responses  # type: ignore[attr-defined]


class CaseForm(forms.Form):
    reference = forms.CharField(
        label=_("Reference"),
        max_length=120,
        help_text=_("A ticket number or a short description. No private data."),
    )
    owner = forms.ModelChoiceField(
        User.objects.none(), label=_("Owner"), required=False, empty_label=_("nobody yet")
    )
    note = forms.CharField(
        label=_("Note"), required=False, max_length=4000, widget=forms.Textarea({"rows": 2})
    )

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = people  # type: ignore[attr-defined]
