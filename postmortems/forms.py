from __future__ import annotations

from typing import Any, cast

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from incidents.models import Cause, Incident
from people.models import Brand, User
from postmortems.models import CorrectiveAction, PostMortem, PostMortemState
from postmortems.rules import people_who_see
from postmortems.sections import Section, required_fields, text_field

SEEN = "seen_"


def offer(form: forms.BaseForm, name: str, people: models.QuerySet[Any], nobody: Any = None) -> None:
    """Let a field of `form` choose among `people` (or other rows)."""
    field = cast(forms.ModelChoiceField, form.fields[name])
    field.queryset = people
    if nobody is not None:
        field.empty_label = nobody


class SharedTextForm(forms.Form):
    """Text that several people may write at once: each field travels with what its writer saw."""

    def add(self, name: str, field: forms.Field) -> None:
        self.fields[name] = field
        self.fields[SEEN + name] = forms.CharField(required=False, widget=forms.HiddenInput, strip=False)

    @property
    def names(self) -> list[str]:
        return [name for name in self.fields if not name.startswith(SEEN)]

    @property
    def before(self) -> dict[str, str]:
        return {name: self.cleaned_data[SEEN + name] for name in self.names}

    @property
    def after(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in self.names}

    def having_seen(self, theirs: dict[str, str]) -> SharedTextForm:
        """The same form with what was typed, whose next saving knows the others' text."""
        data = {**dict(self.data.items()), **{SEEN + name: text for name, text in theirs.items()}}
        return type(self)(data, **self.origin)

    origin: dict[str, Any]


class SectionForm(SharedTextForm):
    def __init__(self, *args: Any, section: Section, post_mortem: PostMortem, **kwargs: Any) -> None:
        self.origin = {"section": section, "post_mortem": post_mortem}
        stored = {name: getattr(post_mortem, name) for name in section.fields}
        kwargs["initial"] = {**stored, **{SEEN + name: text for name, text in stored.items()}}
        super().__init__(*args, **kwargs)
        wanted = required_fields(post_mortem.incident.level)
        for name in section.fields:
            model_field = text_field(name)
            rows = 3 if name.startswith("why_") else 6
            # Not required here: a draft may be saved half-written; submitting it asks for what is missing.
            self.add(
                name,
                forms.CharField(
                    label=_("%(field)s (needed for the review)") % {"field": model_field.verbose_name}
                    if name in wanted
                    else model_field.verbose_name,
                    help_text=model_field.help_text,
                    max_length=model_field.max_length,
                    required=False,
                    widget=forms.Textarea(
                        attrs={"rows": rows, "data-wanted": "1"} if name in wanted else {"rows": rows}
                    ),
                ),
            )


class CauseForm(SharedTextForm):
    """The cause stands on the incident itself, because its closing depends on it."""

    def __init__(self, *args: Any, incident: Incident, **kwargs: Any) -> None:
        self.origin = {"incident": incident}
        stored = {"cause": incident.cause, "cause_investigation": incident.cause_investigation}
        kwargs["initial"] = {**stored, **{SEEN + name: text for name, text in stored.items()}}
        super().__init__(*args, **kwargs)
        self.add(
            "cause",
            forms.ChoiceField(
                label=_("Cause"),
                choices=[("", _("Choose one")), *Cause.choices],
                error_messages={"required": _("Choose the cause.")},
            ),
        )
        self.add(
            "cause_investigation",
            forms.CharField(
                label=_("How it was investigated"),
                help_text=_(
                    "Who looked where and found what. Quiet monitors show that it ended, not why it began."
                ),
                max_length=10_000,
                widget=forms.Textarea(attrs={"rows": 8}),
            ),
        )


class AuthorForm(forms.Form):
    author = forms.ModelChoiceField(label=_("Author"), queryset=User.objects.none())

    def __init__(self, *args: Any, post_mortem: PostMortem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        able = [
            person.pk
            for person in people_who_see(post_mortem.incident)
            if person.has_perm("people.work") and person.pk != post_mortem.author_id
        ]
        offer(self, "author", User.objects.filter(pk__in=able))


class ReviewForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    comment = forms.CharField(
        label=_("What has to change"),
        help_text=_("Needed when you ask for changes. The author reads it word for word."),
        required=False,
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class LessonForm(forms.Form):
    text = forms.CharField(
        label=_("Lesson"),
        help_text=_("What we know now and did not know before, in one or two sentences."),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class WordsForm(forms.Form):
    """One text that a step asks for; the step says what it is about."""

    words = forms.CharField(max_length=2_000, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, label: Any, help_text: Any = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"].label = label
        self.fields["words"].help_text = help_text


class ActionForm(forms.ModelForm):
    class Meta:
        model = CorrectiveAction
        fields = ["title", "detail", "owner", "due_on", "verifier", "lesson"]
        widgets = {
            "detail": forms.Textarea(attrs={"rows": 3}),
            "due_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
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
    def values(self) -> dict[str, Any]:
        return {"lesson": None, **self.cleaned_data}


class FilterForm(forms.Form):
    q = forms.CharField(label=_("Incident"), required=False, max_length=200)
    state = forms.ChoiceField(
        label=_("State"), choices=[("", _("Any")), *PostMortemState.choices], required=False
    )
    brand = forms.ModelChoiceField(
        label=_("Brand"), queryset=Brand.objects.all(), empty_label=_("Any"), required=False
    )
