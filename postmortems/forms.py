from __future__ import annotations

from typing import Any, cast

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from common.forms import DayInput, Filter, Form, ModelForm, SharedTextForm
from incidents.models import Cause, Incident
from people.models import Brand, User
from postmortems.models import CorrectiveAction, PostMortem, PostMortemState
from postmortems.rules import people_who_see
from postmortems.sections import Section, required_fields, text_field


def offer(form: forms.BaseForm, name: str, people: models.QuerySet[Any], nobody: Any = None) -> None:
    """Let a field of `form` choose among `people` (or other rows)."""
    field = cast(forms.ModelChoiceField, form.fields[name])
    field.queryset = people
    if nobody is not None:
        field.empty_label = nobody


class SectionForm(SharedTextForm):
    def __init__(self, *args: Any, section: Section, post_mortem: PostMortem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wanted = required_fields(post_mortem.incident.level)
        for name in section.fields:
            model_field = text_field(name)
            rows = 3 if name.startswith("why_") else 6
            # Not required here: a draft may be saved half-written; submitting it asks for what is missing.
            self.fields[name] = forms.CharField(
                label=_("%(field)s (needed for the review)") % {"field": model_field.verbose_name}
                if name in wanted
                else model_field.verbose_name,
                help_text=model_field.help_text,
                max_length=model_field.max_length,
                required=False,
                widget=forms.Textarea(
                    attrs={"rows": rows, "data-wanted": "1"} if name in wanted else {"rows": rows}
                ),
            )
        self.share({name: getattr(post_mortem, name) for name in section.fields})


class CauseForm(SharedTextForm):
    """The cause stands on the incident itself, because its closing depends on it."""

    cause = forms.ChoiceField(
        label=_("Cause"),
        choices=[("", _("Choose one")), *Cause.choices],
        error_messages={"required": _("Choose the cause.")},
    )
    cause_investigation = forms.CharField(
        label=_("How it was investigated"),
        help_text=_("Who looked where and found what. Quiet monitors show that it ended, not why it began."),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 8}),
    )

    def __init__(self, *args: Any, incident: Incident, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.share({name: getattr(incident, name) for name in ("cause", "cause_investigation")})


class AuthorForm(Form):
    author = forms.ModelChoiceField(label=_("Author"), queryset=User.objects.none())

    def __init__(self, *args: Any, post_mortem: PostMortem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        able = [
            person.pk
            for person in people_who_see(post_mortem.incident)
            if person.has_perm("people.work") and person.pk != post_mortem.author_id
        ]
        offer(self, "author", User.objects.filter(pk__in=able))


class ReviewForm(Form):
    """The decision itself is the button that was pressed."""

    APPROVE, CHANGES = "approve", "changes"
    decision = forms.ChoiceField(choices=[(APPROVE, APPROVE), (CHANGES, CHANGES)], widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput)
    comment = forms.CharField(
        label=_("What has to change"),
        help_text=_("Needed when you ask for changes. The author reads it word for word."),
        required=False,
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def layout(self) -> list[Any]:
        return ["version", "comment"]

    def show(self, version: int) -> None:
        """Whoever decides next decides about this version, which the page shows now."""
        self.data = {**dict(self.data.items()), "version": version}


class LessonForm(Form):
    text = forms.CharField(
        label=_("Lesson"),
        help_text=_("What we know now and did not know before, in one or two sentences."),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class CorrectiveActionForm(ModelForm):
    rows = [("owner", "due_on"), ("verifier", "lesson")]

    class Meta:
        model = CorrectiveAction
        fields = ["title", "detail", "owner", "due_on", "verifier", "lesson"]
        widgets = {
            "detail": forms.Textarea(attrs={"rows": 3}),
            "due_on": DayInput(),
        }

    def __init__(self, *args: Any, post_mortem: PostMortem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seeing = User.objects.filter(pk__in=[person.pk for person in people_who_see(post_mortem.incident)])
        for name in ("owner", "verifier"):
            offer(self, name, seeing, _("Nobody yet"))
        offer(self, "lesson", post_mortem.lessons.all(), _("None"))
        if not post_mortem.lessons.exists():
            del self.fields["lesson"]

    def _post_clean(self) -> None:
        """The action checks and writes; the form only reads."""

    @property
    def facts(self) -> dict[str, Any]:
        return {"lesson": None, **self.cleaned_data}


class FilterForm(Filter):
    q = forms.CharField(label=_("Incident"), required=False, max_length=200)
    state = forms.ChoiceField(
        label=_("State"), choices=[("", _("Any")), *PostMortemState.choices], required=False
    )
    brand = forms.ModelChoiceField(
        label=_("Brand"), queryset=Brand.objects.all(), empty_label=_("Any"), required=False
    )
