"""The codes by which a step says whom to alert, and how they read. Who they are, the subject's own app knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.levels import Level
from people.models import CrisisRole, DutyShift, User

BY_ROLE = ("role", "deputy", "duty")


class Recipient(NamedTuple):
    """A code such as “deputy:CL”, “level:1” or “administrators”, in its two parts."""

    kind: str  # one of BY_ROLE, person, level, administrators
    which: (
        str  # a crisis role, a person's id, a level; empty for administrators and for the level at that time
    )


def parse(code: str) -> Recipient:
    """The code in its parts, whether they mean somebody (`is_known`) or not."""
    kind, _colon, which = code.partition(":")
    return Recipient(kind, which)


def is_known(code: str) -> bool:
    """Can this code mean somebody? Whether it does just now is another question."""
    kind, which = parse(code)
    if ":" not in code:
        return code in ("level", "administrators")
    if kind == "level":
        return which in map(str, Level.values)
    if kind == "person":
        return which.isascii() and which.isdecimal() and len(which) < 19  # as large as a key can be
    return kind in BY_ROLE and which in CrisisRole.values


def named_people(codes: Iterable[str]) -> list[int]:
    """The ids of people whom these codes name; what means nobody is passed over."""
    return [int(parse(code).which) for code in codes if code.startswith("person:") and is_known(code)]


@dataclass(frozen=True)
class Group:
    """Codes that belong together in a form."""

    label: str | Promise
    choices: list[tuple[str, str | Promise]]


def groups(kept: Iterable[str] = ()) -> list[Group]:
    """Everybody who can be chosen; of people who cannot act on an alert only those that `kept` still names."""
    named = set(named_people(kept))
    people = User.objects.order_by("name", "pk")
    offered = [person for person in people if person.pk in named or person.has_perm("people.work")]
    return [
        Group(
            gettext_lazy("Together"),
            [
                ("level", gettext_lazy("Everybody of the level")),
                *((f"level:{n}", _("Everybody of L%(n)d") % {"n": n}) for n in Level.values),
                ("administrators", gettext_lazy("Administrators")),
            ],
        ),
        Group(gettext_lazy("Who holds a role"), [(f"role:{r.value}", r.label) for r in CrisisRole]),
        Group(gettext_lazy("The deputy"), [(f"deputy:{r.value}", r.label) for r in CrisisRole]),
        Group(gettext_lazy("Who is on duty"), [(f"duty:{r.value}", r.label) for r in CrisisRole]),
        Group(
            gettext_lazy("Named people"),
            [(f"person:{person.pk}", _name(person)) for person in offered],
        ),
    ]


def who_cannot_act(codes: Iterable[str]) -> list[User]:
    """Those of the named people who may not work in incidents, or are gone: an alert would reach them in vain."""
    people = User.objects.filter(pk__in=named_people(codes))
    return [person for person in people if not person.has_perm("people.work")]


def _name(person: User) -> str:
    if not person.is_active:
        return _("%(person)s (not active any more)") % {"person": person}
    return str(person) if person.has_perm("people.work") else f"{person} ({person.get_site_role_display()})"


class Wording:
    """Reads codes aloud, and says who is on duty just now. One query for the roster, one for the names."""

    def __init__(self, codes: Iterable[str]) -> None:
        self._codes = list(codes)

    def of(self, codes: Iterable[str]) -> str:
        return "; ".join(self._phrases(dict.fromkeys(codes)))

    def _phrases(self, codes: Iterable[str]) -> Iterator[str]:
        before = None
        for code in self._same_people_together(codes):
            kind, which = parse(code)
            if kind == "level":
                yield (
                    _("everybody of L%(n)s") % {"n": which}
                    if which
                    else _("everybody of the level at that time")
                )
            elif kind == "administrators":
                yield _("the administrators")
            elif kind == "person":
                person = self._people.get(int(which))
                yield _name(person) if person else _("somebody who is unknown")
            else:
                role = CrisisRole(which)
                now = self._on_duty.get(role)
                # Nobody is named twice in a row.
                yield self._by_role(
                    kind, role, _("the same") if now and now == before else now or _("nobody")
                )
                before = now

    def _same_people_together(self, codes: Iterable[str]) -> list[str]:
        """Codes that mean the same people on duty stand side by side."""
        listed = list(codes)
        on_duty = [self._on_duty.get(parse(code).which) for code in listed]
        places = sorted(range(len(listed)), key=lambda n: on_duty.index(on_duty[n]) if on_duty[n] else n)
        return [listed[place] for place in places]

    def _by_role(self, kind: str, role: CrisisRole, now: str) -> str:
        words: dict[str, Any] = {"role": role.label, "now": now}
        if kind == "role":
            return _("%(role)s, or who is on duty (just now %(now)s)") % words
        if kind == "deputy":
            return _("the deputy of %(role)s, or who is on duty (just now %(now)s)") % words
        return _("who is on duty as %(role)s (just now %(now)s)") % words

    @cached_property
    def _on_duty(self) -> dict[str, str]:
        shifts = DutyShift.objects.covering(timezone.now()).select_related("user").order_by("-starts_at")
        found: dict[str, dict[int, str]] = {}
        for shift in shifts:
            found.setdefault(shift.role, {})[shift.user_id] = str(shift.user)
        return {role: ", ".join(names.values()) for role, names in found.items()}

    @cached_property
    def _people(self) -> dict[int, User]:
        return User.objects.in_bulk(named_people(self._codes))
