"""Responses as rows of a list: state, who must still approve, deadline. A fixed number of queries for any number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from escalations.models import Deadline
from incidents.models import Incident
from people.models import CrisisRole, User
from responses.approvers import Approvers, approvers_for, pending_approvers
from responses.models import Approval, Publication, Response
from responses.models.response import IN_FLIGHT_STATES
from responses.rules import live_approvals, why_not_approve


@dataclass(frozen=True)
class Pending:
    """A capacity that has still to decide, and who could."""

    capacity: str
    label: str
    people: list[User]

    @property
    def names(self) -> str:
        return str(_(" or ")).join(str(person) for person in self.people)


@dataclass(frozen=True)
class Row:
    response: Response
    approvals: list[Approval]
    pending: list[Pending]
    deadline: Deadline | None
    publications: list[Publication]
    waits_for_me: bool


def rows_of(responses: Iterable[Response], user: User, *, incident: Incident | None = None) -> list[Row]:
    """`responses` come from `with_seal()`; `incident` where all of them belong to one that is in memory already."""
    found = list(responses)
    for response in found:
        if incident:
            response.incident = incident
    in_flight = [response for response in found if response.state in IN_FLIGHT_STATES]
    approvers = approvers_for([response.incident for response in in_flight]) if in_flight else None
    return [_row(response, user, approvers) for response in found]


def approvers_needed(response: Response, incident: Incident) -> list[Pending]:
    """Who would have to say yes to the current revision, and who could."""
    return [
        Pending(code, str(CrisisRole(code).label), able)
        for code, able in pending_approvers(response, incident).items()
    ]


def _row(response: Response, user: User, approvers: Approvers | None) -> Row:
    pending: list[Pending] = []
    waits_for_me = False
    if approvers and response.state in IN_FLIGHT_STATES:
        who = pending_approvers(response, response.incident, approvers)
        pending = [Pending(code, str(CrisisRole(code).label), able) for code, able in who.items()]
        leads = approvers.leads_it(user, response.incident)
        waits_for_me = why_not_approve(user, response, response.incident, leads=leads) is None
    # Also where the last alert has gone out: the time that was asked for has passed, and nobody has acted.
    unsettled = response.deadlines.all()
    return Row(
        response=response,
        approvals=live_approvals(response.current),
        pending=pending,
        deadline=min(unsettled, key=lambda one: one.target_at, default=None),
        publications=list(response.publications.all()),
        waits_for_me=waits_for_me,
    )
