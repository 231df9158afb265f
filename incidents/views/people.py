"""Who does what: asking, answering, handing over, and who may see it."""

from __future__ import annotations

from functools import partial

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from common.forms import ReasonForm
from common.pages import attempt, confirm, form_page, press, typed
from incidents import actions
from incidents.fetch import incident_or_404
from incidents.forms import HandOverForm, MembersForm, RoleForm
from incidents.models import Incident, RoleAssignment
from people.access import SignedInRequest, requires
from people.models import CrisisRole


def _assignment_or_404(request: SignedInRequest, pk: int) -> RoleAssignment:
    visible = Incident.objects.visible_to(request.user)
    rows = RoleAssignment.objects.filter(incident__in=visible).select_related(
        "incident", "user", "assigned_by"
    )
    return get_object_or_404(rows, pk=pk)


@requires("people.work")
def people(request: SignedInRequest, pk: int) -> HttpResponse:
    incident = incident_or_404(request, pk)
    initial = {"role": request.GET.get("role", ""), "is_deputy": "deputy" in request.GET}
    form = RoleForm(typed(request), initial=initial)
    sent = attempt(
        request,
        form,
        partial(actions.assign_role, incident=incident, actor=request.user),
        then=reverse("incidents:people", args=[pk]),
        done=_("Role request sent."),
    )
    if sent.answer:
        return sent.answer
    context = {
        "incident": incident,
        "form": form,
        "roles": role_table(incident),
        "leads": request.user.has_perm("incidents.lead", incident),
    }
    return render(request, "incidents/people.html", context, status=sent.status)


def role_table(incident: Incident) -> list[tuple[CrisisRole, RoleAssignment | None, RoleAssignment | None]]:
    """Every crisis role with its holder and deputy, vacant ones included."""
    rows = incident.role_assignments.active().select_related("user", "assigned_by")
    held = {(row.role, row.is_deputy): row for row in rows}
    return [(role, held.get((role, False)), held.get((role, True))) for role in CrisisRole]


@require_POST
@requires("people.work")
def accept(request: SignedInRequest, pk: int) -> HttpResponse:
    assignment = _assignment_or_404(request, pk)
    role = assignment.get_role_display()
    return press(
        request,
        partial(actions.accept_role, assignment=assignment, actor=request.user),
        then=assignment.incident,
        done=_("You are %(role)s now.")
        % {"role": _("%(role)s (deputy)") % {"role": role} if assignment.is_deputy else role},
    )


@requires("people.work")
def decline(request: SignedInRequest, pk: int) -> HttpResponse:
    assignment = _assignment_or_404(request, pk)
    return confirm(
        request,
        partial(actions.decline_role, assignment=assignment, actor=request.user),
        title=_("Decline: %(role)s") % {"role": assignment.get_role_display()},
        text=_("Say why, so that the right person can be asked next."),
        consequences=[_("The role is vacant again."), _("The person who asked you is alerted.")],
        label=_("Decline"),
        tone="danger",
        form=ReasonForm(typed(request)),
        back=assignment.incident,
        then="desk",
        done=_("Declined. The person who asked you has been told."),
    )


@requires("people.work")
def hand_over(request: SignedInRequest, pk: int) -> HttpResponse:
    assignment = _assignment_or_404(request, pk)
    if not actions.may_hand_over(assignment, request.user):  # before a briefing is written in vain
        raise PermissionDenied(_("Only the holder, the crisis lead or an administrator hands a role over."))
    return form_page(
        request,
        "incidents/hand_over.html",
        HandOverForm(typed(request)),
        partial(actions.hand_over_role, assignment=assignment, actor=request.user),
        then=assignment.incident,
        done=_("Handed over."),
        incident=assignment.incident,
        assignment=assignment,
    )


@requires("people.work")
def members(request: SignedInRequest, pk: int) -> HttpResponse:
    incident = incident_or_404(request, pk)
    initial = {"confidential": incident.confidential, "members": incident.members.all()}
    return form_page(
        request,
        "incidents/members.html",
        MembersForm(typed(request), initial=initial),
        partial(actions.change_members, incident=incident, actor=request.user),
        then=lambda _changed: incident if _still_sees(request, pk) else "desk",
        done=_("Saved."),
        incident=incident,
    )


def _still_sees(request: SignedInRequest, pk: int) -> bool:
    return Incident.objects.visible_to(request.user).filter(pk=pk).exists()
