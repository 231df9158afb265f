"""Which people can still say yes to a response."""

from __future__ import annotations

from collections.abc import Iterable

from incidents.models import Incident
from people.models import SiteRole, User
from responses.models import Response
from responses.rules import held_capacities, leads_of, live_approvals, missing_capacities, wrote


def possible_approvers() -> list[User]:
    """Everybody who may approve anything at all; few people, read once per page."""
    return list(User.objects.filter(site_role=SiteRole.APPROVER, is_active=True))


def pending_approvers(
    response: Response,
    incident: Incident,
    *,
    people: Iterable[User] | None = None,
    leads: set[tuple[int, int]] | None = None,
) -> dict[str, list[User]]:
    """For each missing capacity, who could fill it: sees the incident, wrote nothing, has not approved."""
    missing = missing_capacities(response, incident)
    if not missing:
        return {}
    people = possible_approvers() if people is None else people
    leads = leads_of([incident.pk]) if leads is None else leads
    done = {approval.approver_id for approval in live_approvals(response.current)}
    free = [
        person
        for person in people
        if person.pk not in done and not wrote(person, response) and _sees(person, incident)
    ]
    return {
        capacity: [
            person
            for person in free
            if capacity in held_capacities(person, leads=(incident.pk, person.pk) in leads)
        ]
        for capacity in missing
    }


def everybody(pending: dict[str, list[User]]) -> list[User]:
    """The people of all capacities, each once."""
    return list({person.pk: person for people in pending.values() for person in people}.values())


def _sees(person: User, incident: Incident) -> bool:
    return not incident.confidential or Incident.objects.visible_to(person).filter(pk=incident.pk).exists()
