"""Who is meant by “the deputy of the crisis lead” or “everybody of this level”, in one incident, now."""

from __future__ import annotations

from collections.abc import Iterable

from incidents.models import Incident
from incidents.severity import Level
from people.models import CrisisRole, SiteRole, User, on_duty

ESCALATE_TO: dict[int | None, tuple[str, ...]] = {
    Level.L1: tuple(CrisisRole.values),
    Level.L2: ("CL", "CO", "SM", "LG", "SME", "CC", "IC", "EX"),
    Level.L3: ("CO", "SM", "SME", "CC"),
    Level.L4: ("SM", "CC"),
}
# Before anybody has triaged, those who can judge must know.
BEFORE_TRIAGE = ("CL", "CO", "SM", "MA")


def people_for(incident: Incident, tell: Iterable[str]) -> list[User]:
    """Resolve codes such as "deputy:CL", "role:CO", "duty:SM", "level" and "administrators" to active people.

    Nobody who may not see the incident is named. An empty result is never returned while the site has anybody
    to turn to: an escalation must reach somebody.
    """
    found: list[User] = []
    for code in tell:
        found += _resolve(incident, code)
    visible = _who_see(incident, found)
    if visible:
        return visible
    last_resort = (
        on_duty(CrisisRole.CRISIS_LEAD) + _holders(incident) + _administrators() + [incident.logged_by]
    )
    return _who_see(incident, last_resort)


def people_of_level(incident: Incident) -> list[User]:
    """Everybody whom the incident's level calls in: holders of the roles, or who is on duty for a vacant one."""
    return people_for(incident, ["level"])


def _resolve(incident: Incident, code: str) -> list[User]:
    kind, _colon, role = code.partition(":")
    if kind == "role":
        return _holders(incident, role, is_deputy=False) or on_duty(role)
    if kind == "deputy":
        return _holders(incident, role, is_deputy=True) or on_duty(role)
    if kind == "duty":
        return on_duty(role)
    if kind == "administrators":
        return _administrators()
    if kind == "level":
        roles = ESCALATE_TO[incident.level] if incident.level else BEFORE_TRIAGE
        return [person for role in roles for person in _resolve(incident, f"role:{role}")]
    raise ValueError(f"unknown recipients {code!r}")


def _holders(incident: Incident, role: str | None = None, *, is_deputy: bool | None = None) -> list[User]:
    assignments = incident.role_assignments.active().select_related("user")
    if role:
        assignments = assignments.filter(role=role)
    if is_deputy is not None:
        assignments = assignments.filter(is_deputy=is_deputy)
    return [assignment.user for assignment in assignments]


def _administrators() -> list[User]:
    return list(User.objects.filter(site_role=SiteRole.ADMINISTRATOR, is_active=True))


def _who_see(incident: Incident, people: list[User]) -> list[User]:
    unique = list({person.pk: person for person in people if person.is_active}.values())
    if not incident.confidential:
        return unique
    return [
        person for person in unique if Incident.objects.visible_to(person).filter(pk=incident.pk).exists()
    ]
