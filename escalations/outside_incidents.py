"""A scope for what belongs to no incident, where nobody holds a role: those on duty act, else the administrators."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from escalations import recipient_codes
from escalations.models import Deadline
from journal.models import Urgency
from people.models import User, administrators, on_duty


class OutsideIncidents:
    """All of `escalations.purposes.Scope` but where a subject stands and how it is locked."""

    permission = "people.work"  # of who may acknowledge

    def people_for(self, _subject: Any, codes: Iterable[str]) -> list[User]:
        """A role means whoever is on duty for it, a level the administrators; never nobody."""
        found: list[User] = []
        for code in codes:
            kind, which = recipient_codes.parse(code)
            if kind in recipient_codes.BY_ROLE:
                found += on_duty(which)
            elif kind == "person" and which.isdecimal():
                found += User.objects.filter(pk=which, is_active=True)
            else:
                found += administrators()
        return list({person.pk: person for person in found or self.last_resort()}.values())

    def last_resort(self) -> list[User]:
        """Who is alerted where the codes mean nobody."""
        return administrators()

    def may_acknowledge(self, actor: User, _subject: Any) -> bool:
        return actor.has_perm(self.permission)

    def urgency_of(self, _subject: Any) -> Urgency:
        return Urgency.SOON

    def codes_after_rise(self, _subject: Any, codes: list[str]) -> list[str]:
        return codes

    def raise_level(self, _subject: Any, _deadline: Deadline) -> bool:
        return False
