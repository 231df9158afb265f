"""What a policy will do, in plain words: walked through as the engine walks it, on the steps that would be frozen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from escalations.models import Deadline, Policy
from escalations.recipient_codes import Wording


@dataclass(frozen=True)
class Line:
    """One thing that happens, and when, if nobody acts."""

    when: str
    what: str


def preview(policy: Policy, steps: list[dict[str, Any]], begins: datetime, wording: Wording) -> list[Line]:
    """Who is alerted when, if the deadline is set at `begins` and nobody acts."""
    late = timedelta(seconds=steps[0]["after_seconds"]) - timedelta(minutes=policy.minutes)
    fired = list(_walk(steps, policy.target(begins) + late))
    lines, level = [], policy.level
    for number, of_step in groupby(fired, key=lambda row: row.step):
        rows, step = list(of_step), steps[number]
        raised = step["raise_level"] and level > 1
        level -= raised
        lines.append(
            Line(
                _when(policy, begins, rows[0].due_at, step),
                _what(step, level if raised else 0, rows, wording),
            )
        )
    lines.append(
        Line(
            _("After that"),
            _("the administrators learn that nobody has acted; nobody else is alerted."),
        )
    )
    return lines


def words_of(policies: Iterable[Policy], begins: datetime) -> dict[int, list[Line]]:
    """The preview of each policy by its id, however many there are with the same few queries."""
    frozen = {policy.pk: policy.frozen_steps() for policy in policies}
    wording = Wording(code for steps in frozen.values() for step in steps for code in step["tell"])
    return {policy.pk: preview(policy, frozen[policy.pk], begins, wording) for policy in policies}


def _walk(steps: list[dict[str, Any]], first: datetime) -> Iterator[Deadline]:
    row = Deadline(steps=steps, due_at=first)
    yield row
    while following := row.following:
        step, repeat, due_at = following
        row = Deadline(steps=steps, step=step, repeat=repeat, due_at=due_at)
        yield row


def _when(policy: Policy, begins: datetime, at: datetime, step: dict[str, Any]) -> str:
    words = {"time": _moment(at, begins), "span": span(step["after_seconds"])}
    if step["after_seconds"] != policy.minutes * 60:
        return _("At %(time)s (after %(span)s)") % words
    if policy.working_days:
        return _("At %(time)s (target, %(span)s, working days only)") % words
    return _("At %(time)s (target, %(span)s)") % words


def _moment(at: datetime, begins: datetime) -> str:
    local = timezone.localtime(at)
    same_day = local.date() == timezone.localtime(begins).date()
    return date_format(local, "H:i" if same_day else "j M, H:i")


def _what(step: dict[str, Any], raised_to: int, rows: list[Deadline], wording: Wording) -> str:
    facts = {"people": wording.of(step["tell"]), "level": raised_to}
    sentences = [
        (_("raises to L%(level)d and alerts %(people)s.") if raised_to else _("alerts %(people)s.")) % facts
    ]
    if repeats := len(rows) - 1:
        sentences.append(
            ngettext("Again after %(every)s, once.", "Again every %(every)s, %(times)d times.", repeats)
            % {"every": span(step["repeat_seconds"]), "times": repeats}
        )
    elif step["repeats"]:
        sentences.append(_("It is never repeated: step %(n)d comes first.") % {"n": rows[0].step + 2})
    if step["everyone"]:
        sentences.append(_("Everybody alerted must acknowledge."))
    return " ".join(sentences)


def span(seconds: float) -> str:
    """Minutes as people say them: "15 min", "2 h", "1 h 30 min", "14 days"."""
    minutes = round(seconds / 60)
    if minutes and minutes % 1440 == 0:
        return ngettext("%(n)d day", "%(n)d days", minutes // 1440) % {"n": minutes // 1440}
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(n)d min") % {"n": minutes}
    return _("%(h)d h %(n)d min") % {"h": hours, "n": rest} if rest else _("%(h)d h") % {"h": hours}
