from __future__ import annotations

import json
from typing import Any

from crispy_forms.layout import HTML
from django import forms
from django.utils.translation import gettext_lazy as _

from common.errors import ActionRefused
from common.forms import DayInput, Filter, Form, MomentField, SharedTextForm
from common.levels import Level
from incidents.models import Category, Incident, IncidentState, Playbook, StakeholderGroup
from incidents.models.playbook import in_a_year
from incidents.scct import Cluster, Strategy
from incidents.severity import INPUTS, LOWEST_SCORE
from people.models import Brand, CrisisRole, User, able_people, on_duty

LONG_TEXT = forms.Textarea(attrs={"rows": 4})
UNKNOWN = ""


class FilterForm(Filter):
    show = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[("", _("Open")), ("all", _("All")), *IncidentState.choices],
    )
    level = forms.TypedChoiceField(
        label=_("Level"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("Any")), *Level.choices],
    )
    brand = forms.ModelChoiceField(
        Brand.objects.all(), label=_("Brand"), required=False, empty_label=_("Any")
    )
    q = forms.CharField(label=_("Title"), required=False, max_length=200)


class LogForm(Form):
    brand = forms.ModelChoiceField(Brand.objects.all(), label=_("Brand"), empty_label=None)
    title = forms.CharField(
        label=_("What is happening?"),
        max_length=200,
        min_length=3,
        help_text=_("One line that somebody woken at night understands."),
    )
    summary = forms.CharField(
        label=_("What do we see so far?"), widget=LONG_TEXT, required=False, max_length=10_000
    )
    category = forms.ChoiceField(
        label=_("Category"), choices=[("", _("Not clear yet")), *Category.choices], required=False
    )
    originator = forms.CharField(
        label=_("Where did it start?"),
        required=False,
        max_length=300,
        help_text=_("Link or account of the first post. Public, relevant facts only."),
    )
    first_post_at = MomentField(label=_("When was the first post?"), required=False)
    confidential = forms.BooleanField(
        label=_("Confidential"),
        required=False,
        help_text=_("Only you and the people who get a part in it will see that it exists."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if Brand.objects.count() > 1:  # nobody alerts about the wrong brand because it came first
            self.fields["brand"].empty_label = _("Choose…")  # type: ignore[attr-defined]


class TriageForm(Form):
    rows = [("category", "cluster"), ("override_level", "override_reason")]

    category = forms.ChoiceField(label=_("Category"), choices=[("", _("Choose…")), *Category.choices])
    cluster = forms.ChoiceField(
        label=_("How much blame do people assign to us?"),
        choices=[("", _("As usual for the category")), *Cluster.choices],
        required=False,
    )
    originator = forms.CharField(label=_("Where did it start?"), required=False, max_length=300)
    account_control_lost = forms.BooleanField(label=_("We have lost control of an account"), required=False)
    rights_flag = forms.BooleanField(
        label=_("Third-party rights are involved (copyright, artists, likeness)"),
        required=False,
        help_text=_("Legal must then approve every response."),
    )
    similar_history = forms.BooleanField(
        label=_("Something similar happened before, or our reputation is bad"), required=False
    )
    evidence = forms.CharField(
        label=_("Evidence: links, screenshots, figures"), widget=LONG_TEXT, required=False, max_length=10_000
    )
    override_level = forms.TypedChoiceField(
        label=_("Level"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("As the scores say")), *Level.choices],
    )
    override_reason = forms.CharField(label=_("Reason for another level"), required=False, max_length=500)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for item in INPUTS:
            choices = [(UNKNOWN, _("unknown"))] + [
                (str(score), text) for score, text in enumerate(item.scale)
            ]
            self.fields[f"score_{item.code}"] = forms.TypedChoiceField(
                label=item.label,
                choices=choices,
                coerce=int,
                empty_value=None,
                required=False,
                widget=forms.RadioSelect,
            )

    @property
    def weighed(self) -> list[tuple[forms.BoundField, int]]:
        """Each input with its weight, in the order of the score."""
        return [(self[f"score_{item.code}"], item.weight) for item in INPUTS]

    @property
    def thresholds(self) -> str:
        """The levels with their lowest scores, the gravest first, as JSON for triage.js."""
        return json.dumps([(level.name, score) for level, score in LOWEST_SCORE.items()])

    def layout(self) -> list[Any]:
        rest = (name for name in self.fields if not name.startswith("score_"))
        return [HTML('{% include "incidents/_scores.html" %}'), *self.in_rows(rest)]

    @property
    def facts(self) -> dict[str, Any]:
        others = {name: value for name, value in self.cleaned_data.items() if not name.startswith("score_")}
        return {**others, "scores": {item.code: self.cleaned_data[f"score_{item.code}"] for item in INPUTS}}


class ActivateForm(Form):
    playbook = forms.ModelChoiceField(Playbook.objects.all(), label=_("Playbook"), empty_label=None)
    lead = forms.ModelChoiceField(able_people(), label=_("Crisis lead"), empty_label=_("Choose…"))
    deputy = forms.ModelChoiceField(
        able_people(), label=_("Deputy of the crisis lead"), empty_label=_("Choose…")
    )
    scribe = forms.ModelChoiceField(able_people(), label=_("Scribe"), empty_label=_("Choose…"))

    ROLES = (
        ("lead", CrisisRole.CRISIS_LEAD, False),
        ("deputy", CrisisRole.CRISIS_LEAD, True),
        ("scribe", CrisisRole.SCRIBE, False),
    )

    def __init__(self, *args: Any, held: dict[tuple[str, bool], User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, role, is_deputy in self.ROLES:
            if (role, is_deputy) in held:
                del self.fields[name]
            elif not is_deputy:  # a proposal: who is on duty
                self.initial.setdefault(name, next(iter(on_duty(role)), None))

    @property
    def facts(self) -> dict[str, Any]:
        """The playbook, and who is asked to take each role that nobody holds: (role, is_deputy, person)."""
        vacant = [
            (role, is_deputy, self.cleaned_data[name])
            for name, role, is_deputy in self.ROLES
            if name in self.cleaned_data
        ]
        return {"playbook": self.cleaned_data["playbook"], "vacant": vacant}

    def refuse(self, refusal: ActionRefused) -> None:
        """People are asked one by one, each as `user`: wrong is whoever was to be lead and deputy at once."""
        if refusal.field == "user":
            refusal.field = "deputy" if "deputy" in self.fields else "lead"
        super().refuse(refusal)


class RoleForm(Form):
    role = forms.ChoiceField(label=_("Role"), choices=CrisisRole.choices)
    user = forms.ModelChoiceField(able_people(), label=_("Person"), empty_label=_("Choose…"))
    is_deputy = forms.BooleanField(label=_("As deputy"), required=False)


class HandOverForm(Form):
    to = forms.ModelChoiceField(able_people(), label=_("Hand over to"), empty_label=_("Choose…"))
    briefing = forms.CharField(
        label=_("Briefing"),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=5_000,
        help_text=_("What is going on, what was decided, what is next, what is open."),
    )


class SituationForm(SharedTextForm):
    """What the team shares."""

    SHARED = (
        "title",
        "known",
        "unknown",
        "what_we_say",
        "scheduled_content",
        "scheduled_content_reason",
        "summary",
        "cause",
        "cause_investigation",
    )

    def __init__(self, *args: Any, incident: Incident, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= forms.fields_for_model(
            Incident,
            self.SHARED,
            widgets={
                name: forms.Textarea(attrs={"rows": 4})
                for name in ("known", "unknown", "what_we_say", "summary", "cause_investigation")
            },
        )
        self.share({name: getattr(incident, name) for name in self.SHARED})


class SitRepForm(Form):
    next_steps = forms.CharField(
        label=_("What happens next, and who does it?"),
        widget=LONG_TEXT,
        max_length=2_000,
        help_text=_("Known, unknown and what we say go along as they stand above."),
    )


class PlaybookReviewForm(Form):
    next_on = forms.DateField(
        label=_("Next review on"),
        initial=in_a_year,
        widget=DayInput(),
        help_text=_("Plans age: people, channels and habits change. At least once a year."),
    )


class StrategyForm(Form):
    strategy = forms.ChoiceField(label=_("Strategy"), choices=Strategy.choices, widget=forms.RadioSelect)
    fault_confirmed = forms.BooleanField(
        label=_("Our own fault is confirmed"),
        required=False,
        help_text=_("Only Rebuild is possible then, and this cannot be taken back."),
    )
    reason = forms.CharField(
        label=_("Reason, where you depart from the recommendation"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=2_000,
    )


class TaskForm(Form):
    text = forms.CharField(label=_("What is to be done?"), max_length=300)
    role = forms.ChoiceField(label=_("By whom?"), choices=CrisisRole.choices)
    due_at = MomentField(label=_("Due"), required=False)


class SettleForm(Form):
    state = forms.ChoiceField(choices=[("done", _("Done")), ("skipped", _("Does not apply"))])
    text = forms.CharField(label=_("Result or reason"), required=False, max_length=500)


class StakeholderForm(Form):
    group = forms.ChoiceField(label=_("Group"), choices=StakeholderGroup.choices)
    name = forms.CharField(label=_("Who has to be notified?"), max_length=120)
    channel = forms.CharField(label=_("How?"), required=False, max_length=120)
    sender_role = forms.ChoiceField(
        label=_("By whom?"), choices=CrisisRole.choices, initial=CrisisRole.COMMS_LEAD
    )
    due_at = MomentField(label=_("Due"), required=False)


class NotifyForm(Form):
    message = forms.CharField(
        label=_("What were they told?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=5_000,
    )


class DepartmentForm(Form):
    department = forms.CharField(label=_("Responsible department"), max_length=120)
    reply = forms.CharField(
        label=_("Its reply"), widget=forms.Textarea(attrs={"rows": 3}), required=False, max_length=5_000
    )


class MembersForm(Form):
    confidential = forms.BooleanField(label=_("Confidential"), required=False)
    members = forms.ModelMultipleChoiceField(
        User.objects.filter(is_active=True),
        label=_("Who else sees it"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    @property
    def facts(self) -> dict[str, Any]:
        return {**self.cleaned_data, "members": list(self.cleaned_data["members"])}
