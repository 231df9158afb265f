"""One page for each decision about an incident."""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from common.forms import ReasonForm
from common.pages import confirm, form_page, press, typed
from incidents import actions, playbooks
from incidents.actions.situation import advice_for
from incidents.fetch import incident_or_404
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
from journal.models import Entry
from people.access import SignedInRequest, requires
from people.models import User

SITREPS_SHOWN = 10


@require_POST
@requires("people.work")
def acknowledge(request: SignedInRequest, pk: int) -> HttpResponse:
    incident = incident_or_404(request, pk)
    return press(
        request,
        partial(actions.acknowledge, incident=incident, actor=request.user),
        then=incident,
        done=_("Acknowledged: the alerts have stopped, and the others see that you are on it."),
    )


@requires("people.work")
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
    return form_page(
        request,
        "incidents/triage.html",
        TriageForm(typed(request), initial=initial),
        partial(actions.assess, incident=incident, actor=request.user),
        then=incident,
        incident=incident,
        last=last,
    )


@requires("people.work")
def activate(request: SignedInRequest, pk: int) -> HttpResponse:
    incident = incident_or_404(request, pk)
    held = {
        (row.role, row.is_deputy): row.user
        for row in incident.role_assignments.active().select_related("user")
    }

    @transaction.atomic
    def assign_and_activate(playbook: Playbook, vacant: list[tuple[str, bool, User]]) -> Incident:
        for role, is_deputy, user in vacant:
            actions.assign_role(
                incident=incident, actor=request.user, role=role, user=user, is_deputy=is_deputy
            )
        return actions.activate(incident=incident, actor=request.user, playbook=playbook)

    initial = {"playbook": playbooks.suggest(incident.category)}
    return form_page(
        request,
        "incidents/activate.html",
        ActivateForm(typed(request), held=held, initial=initial),
        assign_and_activate,
        then=incident,
        done=_("The response is active. The tasks are running."),
        incident=incident,
        held=held,
    )


@requires("people.work")
def situation(request: SignedInRequest, pk: int) -> HttpResponse:
    incident = incident_or_404(request, pk)
    return form_page(
        request,
        "incidents/situation.html",
        SituationForm(typed(request), incident=incident),
        partial(actions.change_situation, incident=incident, actor=request.user),
        then=incident,
        done=_("Saved. Everybody in the room sees it."),
        incident=incident,
    )


@requires("people.work")
def sitrep(request: SignedInRequest, pk: int) -> HttpResponse:
    """Report the situation as it stands, with what comes next; the reports so far stand below."""
    incident = incident_or_404(request, pk)
    reports = (
        Entry.objects.filter(stream=incident.stream, kind="incident.sitrep")
        .select_related("actor")
        .order_by("-seq")[:SITREPS_SHOWN]
    )
    return form_page(
        request,
        "incidents/sitrep.html",
        SitRepForm(typed(request)),
        partial(actions.report_situation, incident=incident, actor=request.user),
        then=incident,
        done=_(
            "SitRep reported. Everybody of the level is alerted; the deadline of the next one is running."
        ),
        incident=incident,
        reports=reports,
    )


@requires("incidents.change_playbook")
def review_playbook(request: SignedInRequest, slug: str) -> HttpResponse:
    playbook = get_object_or_404(Playbook, slug=slug)
    return form_page(
        request,
        "incidents/review_playbook.html",
        PlaybookReviewForm(typed(request)),
        partial(actions.review_playbook, playbook=playbook, actor=request.user),
        then=playbook,
        done=_("Reviewed. You will be reminded when it is due again."),
        playbook=playbook,
        cancel_url=playbook.get_absolute_url(),
    )


@requires("people.work")
def strategy(request: SignedInRequest, pk: int) -> HttpResponse:
    incident = incident_or_404(request, pk)
    advice = advice_for(incident)
    form = StrategyForm(
        typed(request),
        initial={
            "strategy": incident.strategy or (advice.strategy if advice else ""),
            "reason": incident.strategy_reason,
            "fault_confirmed": incident.fault_confirmed,
        },
    )
    return form_page(
        request,
        "incidents/strategy.html",
        form,
        partial(actions.choose_strategy, incident=incident, actor=request.user),
        then=incident,
        done=_("Strategy chosen."),
        incident=incident,
        advice=advice,
        always_first=ALWAYS_FIRST,
    )


@requires("people.work")
def no_response(request: SignedInRequest, pk: int) -> HttpResponse:
    incident = incident_or_404(request, pk)
    return confirm(
        request,
        partial(actions.decide_no_response, incident=incident, actor=request.user),
        title=_("Decide not to respond in public"),
        text=_("Silence can be right, but it is read as an answer. The reason is part of the record."),
        consequences=[
            _("The deadline for the holding statement stops."),
            _("Everybody in the room sees the reason."),
        ],
        label=_("Log the decision"),
        tone="danger",
        form=ReasonForm(typed(request)),
        back=incident,
        done=_("Decision logged; the deadline for the holding statement has stopped."),
    )


@requires("people.work")
def dismiss(request: SignedInRequest, pk: int) -> HttpResponse:
    incident = incident_or_404(request, pk)
    proposed = incident.dismissal_proposed_by
    return confirm(
        request,
        partial(actions.dismiss, incident=incident, actor=request.user),
        title=_("Dismiss this incident"),
        text=_("%(person)s proposes this; you would be the second person to agree.") % {"person": proposed}
        if proposed
        else _("Nothing to act on? At L1 and L2 a second person has to agree."),
        consequences=[_("All its deadlines stop."), _("It can be reopened with a reason.")],
        label=_("Dismiss"),
        tone="danger",
        form=ReasonForm(typed(request), initial={"reason": incident.dismissal_reason}),
        back=incident,
    )
