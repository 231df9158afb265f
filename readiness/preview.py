"""What a rotation will do, in words, before anybody saves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from people.models import User
from readiness.actions.rotations import whose_turn
from readiness.spans import Span
from readiness.turns import Plan, Turn, turns
from readiness.wording import span_in_words

PREVIEWED = 8


@dataclass(frozen=True)
class TurnInWords:
    person: User
    hand_over: str
    span: str
    note: str


def next_turns(plan: Plan, members: Sequence[User], now: datetime) -> list[TurnInWords]:
    """The next eight hand-overs, in the rotation's own zone."""
    found, before = [], None
    with timezone.override(plan.zone):
        for turn in islice(turns(plan, after=now), PREVIEWED):
            person = whose_turn(members, turn.number)
            if person is None:
                return []
            found.append(
                TurnInWords(
                    person,
                    _hand_over(before, person, turn.start),
                    span_in_words(Span(turn.start, turn.end)),
                    _note(plan, turn),
                )
            )
            before = person
    return found


def _hand_over(before: User | None, person: User, at: datetime) -> str:
    # Translators: date format of a weekday with time, see Django's "date" template filter
    moment = date_format(timezone.localtime(at), pgettext("date format", "D j M, H:i"))
    if before is None:
        return _("%(moment)s: %(person)s begins") % {"moment": moment, "person": person}
    if before == person:
        return _("%(moment)s: %(person)s goes on") % {"moment": moment, "person": person}
    return _("%(moment)s: %(before)s hands over to %(person)s") % {
        "moment": moment,
        "before": before,
        "person": person,
    }


def _note(plan: Plan, turn: Turn) -> str:
    if plan.hours:
        return ngettext("%(n)d shift in this turn", "%(n)d shifts in this turn", len(turn.duty)) % {
            "n": len(turn.duty)
        }
    length = turn.end - turn.start
    if length == timedelta(days=plan.turn_days):
        return ""
    return _("The clocks change in this turn: it lasts %(hours)s hours.") % {
        "hours": f"{length / timedelta(hours=1):g}"
    }
