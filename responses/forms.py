"""What people type: texts per account, decisions, publications, claims, cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.forms import Form, ModelForm, MomentField, MomentInput
from incidents.models import Incident
from people.models import CrisisRole, able_people
from responses.actions import Post
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

LONGEST_NOTE = 4_000  # characters of a reason, a finding, a comment


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


class TextForm(Form):
    """The editor: one text per account of the brand, and what it stands on."""

    base_number = forms.IntegerField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(
        label=_("Title"), max_length=160, min_length=3, help_text=_("For the team; it is not published.")
    )
    audience = forms.ChoiceField(label=_("Audience"), choices=Audience.choices, initial=Audience.PUBLIC)
    next_update_by = MomentField(
        label=_("Next update by"),
        required=False,
        help_text=_("What the text promises. It becomes a deadline once published."),
    )
    no_update_reason = forms.CharField(
        label=_("Or: why no further update is planned"),
        required=False,
        max_length=LONGEST_REASON,
        help_text=_("For the approvers; it is not published."),
    )
    scheduled_for = MomentField(
        label=_("Do not publish before"),
        required=False,
        help_text=_("Leave empty to publish as soon as it is approved."),
    )

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
                max_length=LONGEST_NOTE,
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

    @property
    def facts(self) -> dict[str, Any]:
        return {
            "title": self.cleaned_data["title"],
            "content": self.content(),
            "base_number": self.cleaned_data["base_number"] or 0,
        }

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

    @property
    def facts(self) -> dict[str, Any]:
        return {
            "kind": self.cleaned_data["kind"],
            "title": self.cleaned_data["title"],
            "content": self.content(),
            "corrects": self.cleaned_data["corrects"],
        }


class ChecklistForm(Form):
    """The tone checklist. The action, not the form, insists that it is complete, so that the API asks the same."""

    checklist = forms.MultipleChoiceField(
        label=_("Before it goes to the approvers"),
        choices=Tone.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class DecisionForm(Form):
    APPROVE, CHANGES = "approve", "changes"
    content_hash = forms.CharField(max_length=64, widget=forms.HiddenInput)
    decision = forms.ChoiceField(choices=[(APPROVE, APPROVE), (CHANGES, CHANGES)], widget=forms.HiddenInput)
    # Offered is what still lacks a yes; the action says why any other is refused by now.
    capacity = forms.ChoiceField(
        label=_("You decide as"), choices=CrisisRole, required=False, widget=forms.RadioSelect
    )
    comment = forms.CharField(
        label=_("Comment"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Needed when you ask for changes: say what and why."),
    )

    def __init__(self, *args: Any, capacities: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.capacities = capacities
        if len(capacities) < 2:
            self.fields["capacity"].widget = forms.HiddenInput()
        else:
            self.fields["capacity"].widget.choices = capacities
        if capacities:
            self.fields["capacity"].initial = capacities[0][0]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("decision") == self.CHANGES and not (data.get("comment") or "").strip():
            # At the field, which on a phone lies far below the buttons.
            self.add_error("comment", _("Say what has to change, so that the author can act on it."))
        return data


class PublishForm(Form):
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
            self.fields[f"at_{account.pk}"] = MomentField(
                label=_("Published at"),
                required=False,
                initial=lambda: timezone.localtime().replace(second=0, microsecond=0),
            )

    def fields_for(self, account: Account) -> tuple[BoundField, BoundField]:
        return self[f"url_{account.pk}"], self[f"at_{account.pk}"]

    @property
    def facts(self) -> dict[str, Any]:
        """The seal, and a post for every account with an address; without a time it is now."""
        data = self.cleaned_data
        posts = [
            Post(account.pk, data[f"url_{account.pk}"], data[f"at_{account.pk}"] or timezone.now())
            for account in self.accounts
            if data[f"url_{account.pk}"]
        ]
        return {"content_hash": data["content_hash"], "posts": posts}


class ClaimForm(ModelForm):
    class Meta:
        model = Claim
        fields = ("text", "seen_at", "against_us")
        widgets = {"text": forms.Textarea({"rows": 2})}


class EvidenceForm(Form):
    kind = forms.ChoiceField(label=_("Kind of source"), choices=SourceKind.choices)
    source = forms.CharField(label=_("Source"), max_length=200)
    url = forms.URLField(label=_("Link"), required=False, max_length=1000, assume_scheme="https")
    finding = forms.CharField(
        label=_("What it says"), max_length=LONGEST_NOTE, widget=forms.Textarea({"rows": 2})
    )


class VerdictForm(Form):
    verdict = forms.ChoiceField(label=_("Verdict"), choices=Verdict.choices)
    reason = forms.CharField(
        label=_("What it rests on"), max_length=LONGEST_NOTE, widget=forms.Textarea({"rows": 2})
    )


class AnswerForm(Form):
    answer = forms.ChoiceField(label=_("Answer"), choices=Answer.choices)
    reason = forms.CharField(
        label=_("Why"), max_length=LONGEST_NOTE, required=False, widget=forms.Textarea({"rows": 2})
    )


class AnsweredForm(Form):
    response = forms.ModelChoiceField(Response.objects.none(), label=_("Published text that answers it"))

    def __init__(self, *args: Any, responses: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["response"].queryset = responses  # type: ignore[attr-defined]


class CaseForm(Form):
    reference = forms.CharField(
        label=_("Reference"),
        max_length=120,
        help_text=_("A ticket number or a short description. No private data."),
    )
    owner = forms.ModelChoiceField(
        able_people(), label=_("Owner"), required=False, empty_label=_("nobody yet")
    )
    note = forms.CharField(
        label=_("Note"), required=False, max_length=LONGEST_NOTE, widget=forms.Textarea({"rows": 2})
    )


class ResolveForm(Form):
    note = forms.CharField(
        label=_("How it ended"), max_length=LONGEST_NOTE, widget=forms.Textarea({"rows": 3})
    )
