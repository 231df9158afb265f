"""One page for each decision about an incident."""

from __future__ import annotations

import json

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from common.errors import Conflict
from common.http import attempt
from incidents import actions, playbooks
from incidents.access import incident_or_404
from incidents.actions.situation import advice_for
from incidents.forms import (
    ActivateForm,
    PlaybookReviewForm,
    SitRepForm,
    SituationForm,
    StrategyForm,
    TriageForm,
)
from incidents.models import Incident, Playbook
from incidents.scct import ALWAYS_FIRST
from incidents.severity import LOWEST_SCORE
from incidents.views.reasons import reason_page
from journal.models import Entry
from people.access import SignedInRequest, needs

SITREPS_SHOWN = 10


@require_POST
@needs("people.work")
def acknowledge(request: SignedInRequest, pk: int) -> HttpResponse:
    incident = incident_or_404(request, pk)
    attempt(
        request,
        lambda: actions.acknowledge(incident=incident, actor=request.user),
        _("Acknowledged: the alarm has stopped and the others see that you have taken it."),
    )
    return redirect("incidents:room", pk)


@needs("people.work")
def triage(request: SignedInRequest, pk: int) -> HttpResponse:
    incident = incident_or_404(request, pk)
    last = incident.assessments.first()
    initial = {f"score_{code}": score for code, score in (last.scores if last else {}).items()}
    for name in (
        "category",
        "cluster",
        "originator",
        "rights_flag",
        "account_control_lost",
        "similar_history",
    ):
        initial[name] = getattr(incident, name)
    form = TriageForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        facts = {name: value for name, value in form.cleaned_data.items() if not name.startswith("score_")}
        done = attempt(
            request,
            lambda: actions.assess(incident=incident, actor=request.user, scores=form.scores, **facts),
        )
        if done:
            return redirect("incidents:room", pk)
    thresholds = json.dumps([(level.name, score) for level, score in LOWEST_SCORE.items()])
    context = {"incident": incident, "form": form, "last": last, "thresholds": thresholds}
    return render(request, "incidents/triage.html", context)


@needs("people.work")
def activate(request: SignedInRequest, pk: int) -> HttpResponse:
    incident = incident_or_404(request, pk)
    held = {
        (row.role, row.is_deputy): row.user
        for row in incident.role_assignments.active().select_related("user")
    }
    form = ActivateForm(
        request.POST or None, held=held, initial={"playbook": playbooks.suggest(incident.category)}
    )
    if request.method == "POST" and form.is_valid():

        @transaction.atomic
        def assign_and_activate() -> Incident:
            for role, is_deputy, user in form.vacant_roles():
                actions.assign_role(
                    incident=incident, actor=request.user, role=role, user=user, is_deputy=is_deputy
                )
            return actions.activate(
                incident=incident, actor=request.user, playbook=form.cleaned_data["playbook"]
            )

        if attempt(request, assign_and_activate, _("The response is active. The tasks are running.")):
            return redirect("incidents:room", pk)
    return render(request, "incidents/activate.html", {"incident": incident, "form": form, "held": held})


@needs("people.work")
def situation(request: SignedInRequest, pk: int) -> HttpResponse:
    incident = incident_or_404(request, pk)
    form = SituationForm(request.POST or None, instance=incident)
    theirs: dict[str, str] = {}
    if request.method == "POST" and form.is_valid():
        try:
            done = attempt(
                request,
                lambda: actions.change_situation(
                    incident=incident, actor=request.user, before=form.before, after=form.after
                ),
                _("Saved. Everybody in the room sees it."),
            )
            if done:
                return redirect("incidents:room", pk)
        except Conflict as conflict:
            theirs = conflict.theirs
            form = _form_after_conflict(request, incident, theirs)
    conflicts = [(form[name], value) for name, value in theirs.items()]
    return render(
        request, "incidents/situation.html", {"incident": incident, "form": form, "conflicts": conflicts}
    )


def _form_after_conflict(
    request: SignedInRequest, incident: Incident, theirs: dict[str, str]
) -> SituationForm:
    """What was typed stays; the other's text counts as seen now, so that saving again is a decision."""
    data = request.POST.copy()
    for name, value in theirs.items():
        data[f"before_{name}"] = value
    form = SituationForm(data, instance=incident)
    form.is_valid()
    return form


@needs("people.work")
def sitrep(request: SignedInRequest, pk: int) -> HttpResponse:
    """Report the situation as it stands, with what comes next; the reports so far stand below."""
    incident = incident_or_404(request, pk)
    form = SitRepForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = attempt(
            request,
            lambda: actions.report_situation(incident=incident, actor=request.user, **form.cleaned_data),
            _("Reported. Everybody of the level is told; the clock for the next report is running."),
        )
        if done:
            return redirect("incidents:room", pk)
    reports = (
        Entry.objects.filter(stream=incident.stream, kind="incident.sitrep")
        .select_related("actor")
        .order_by("-seq")[:SITREPS_SHOWN]
    )
    return render(request, "incidents/sitrep.html", {"incident": incident, "form": form, "reports": reports})


@needs("incidents.change_playbook")
def review_playbook(request: SignedInRequest, slug: str) -> HttpResponse:
    playbook = get_object_or_404(Playbook, slug=slug)
    form = PlaybookReviewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = attempt(
            request,
            lambda: actions.review_playbook(playbook=playbook, actor=request.user, **form.cleaned_data),
            _("Reviewed. You will be reminded when it is due again."),
        )
        if done:
            return redirect(playbook)
    return render(request, "incidents/review_playbook.html", {"playbook": playbook, "form": form})


@needs("people.work")
def strategy(request: SignedInRequest, pk: int) -> HttpResponse:
    incident = incident_or_404(request, pk)
    advice = advice_for(incident)
    chosen = incident.strategy or (advice.strategy if advice else "")
    form = StrategyForm(
        request.POST or None,
        initial={
            "strategy": chosen,
            "reason": incident.strategy_reason,
            "fault_confirmed": incident.fault_confirmed,
        },
    )
    if request.method == "POST" and form.is_valid():
        done = attempt(
            request,
            lambda: actions.choose_strategy(incident=incident, actor=request.user, **form.cleaned_data),
            _("Strategy chosen."),
        )
        if done:
            return redirect("incidents:room", pk)
    context = {"incident": incident, "form": form, "advice": advice, "always_first": ALWAYS_FIRST}
    return render(request, "incidents/strategy.html", context)


@needs("people.work")
def no_response(request: SignedInRequest, pk: int) -> HttpResponse:
    incident = incident_or_404(request, pk)
    return reason_page(
        request,
        incident,
        lambda reason: actions.decide_no_response(incident=incident, actor=request.user, reason=reason),
        title=_("Decide not to respond in public"),
        text=_("Silence can be right, but it is read as an answer. The reason is part of the record."),
        consequences=[
            _("The clock for the holding statement stops."),
            _("Everybody in the room sees the reason."),
        ],
        label=_("Log the decision"),
        done=_("Decision logged; the clock for the holding statement has stopped."),
    )


@needs("people.work")
def dismiss(request: SignedInRequest, pk: int) -> HttpResponse:
    incident = incident_or_404(request, pk)
    proposed = incident.dismissal_proposed_by
    text = (
        _("%(person)s proposes this; you would be the second person to agree.") % {"person": proposed}
        if proposed
        else _("Nothing to act on? At L1 and L2 a second person has to agree.")
    )
    return reason_page(
        request,
        incident,
        lambda reason: actions.dismiss(incident=incident, actor=request.user, reason=reason),
        title=_("Dismiss this incident"),
        text=text,
        consequences=[_("All its clocks stop."), _("It can be reopened with a reason.")],
        label=_("Dismiss"),
        proposed=incident.dismissal_reason,
    )
