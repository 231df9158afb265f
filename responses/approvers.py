"""Which people can still say yes to a response."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from incidents.models import Incident
from people.models import SiteRole, User
from responses.models import Response
from responses.rules import held_capacities, leads_of, live_approvals, missing_capacities, wrote


@dataclass(frozen=True)
class Approvers:
    """Everybody who may approve anything, and what of it concerns the incidents at hand; read once per page."""

    people: list[User]
    leads: set[tuple[int, int]]  # (incident, user) of crisis leads
    insiders: set[tuple[int, int]]  # (incident, user) of those who see a confidential incident

    def leads_it(self, user: User, incident: Incident) -> bool:
        return (incident.pk, user.pk) in self.leads

    def sees(self, user: User, incident: Incident) -> bool:
        return not incident.confidential or (incident.pk, user.pk) in self.insiders


def approvers_for(incidents: Iterable[Incident]) -> Approvers:
    """As many queries as there are approvers at most (where something is confidential), else two."""
    found = {incident.pk: incident for incident in incidents}
    people = list(User.objects.filter(site_role=SiteRole.APPROVER, is_active=True))
    confidential = [pk for pk, incident in found.items() if incident.confidential]
    insiders = {
        (pk, person.pk)
        for person in people
        if confidential
        for pk in Incident.objects.visible_to(person).filter(pk__in=confidential).values_list("pk", flat=True)
    }
    return Approvers(people, leads_of(found), insiders)


def pending_approvers(
    response: Response, incident: Incident, approvers: Approvers | None = None
) -> dict[str, list[User]]:
    """For each missing capacity, who could fill it: sees the incident, wrote nothing, has not approved."""
    missing = missing_capacities(response, incident)
    if not missing:
        return {}
    approvers = approvers or approvers_for([incident])
    done = {approval.approver_id for approval in live_approvals(response.current)}
    free = [
        person
        for person in approvers.people
        if person.pk not in done and not wrote(person, response) and approvers.sees(person, incident)
    ]
    return {
        capacity: [
            person
            for person in free
            if capacity in held_capacities(person, leads=approvers.leads_it(person, incident))
        ]
        for capacity in missing
    }


def everybody(pending: dict[str, list[User]]) -> list[User]:
    """The people of all capacities, each once."""
    return list({person.pk: person for people in pending.values() for person in people}.values())
