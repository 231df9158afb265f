"""What must hold before an incident moves on. Every app adds the checks for which it has the facts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from incidents.models import Incident


@dataclass(frozen=True)
class Blocker:
    """One thing that still stands in the way, and the page on which it is settled."""

    text: str | Promise
    path: str


@dataclass(frozen=True)
class Check:
    code: str
    label: str | Promise
    to_state: str  # the IncidentState that it guards: monitoring, resolved or closed
    blockers: Callable[[Incident], list[Blocker]]
    waivable: bool = False  # may somebody say "none applies", with a reason?


@dataclass(frozen=True)
class Result:
    check: Check
    blockers: list[Blocker]
    waived_because: str = ""

    @property
    def passed(self) -> bool:
        return not self.blockers or bool(self.waived_because)


_checks: dict[str, Check] = {}


def register(check: Check) -> None:
    _checks[check.code] = check


def get(code: str) -> Check:
    """Raises KeyError for a check that no app registered."""
    return _checks[code]


def results(incident: Incident, to_state: str) -> list[Result]:
    """Every check on the way to `to_state`, passed or not, in the order in which the apps registered them."""
    waivers = dict(incident.gate_waivers.values_list("check_code", "reason"))
    return [
        Result(check, check.blockers(incident), waivers.get(check.code, "") if check.waivable else "")
        for check in _checks.values()
        if check.to_state == to_state
    ]
