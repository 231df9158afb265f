"""The figures of a post-mortem, from plain facts. Pure: the same facts always give the same figures.

Durations are in minutes, rates in percent, net sentiment in points from −100 to 100. A figure whose denominator is
empty is not zero but unknown, and says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from statistics import median
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

# Too few rated posts in an hour say nothing about the mood: one angry post would read as −100.
RATED_POSTS_PER_HOUR = 10


@dataclass(frozen=True)
class Hour:
    """Rated posts by others about the brand in the hour that begins at `start`."""

    start: datetime
    positive: int
    neutral: int
    negative: int

    @property
    def rated(self) -> int:
        return self.positive + self.neutral + self.negative

    @property
    def net(self) -> float:
        """Net sentiment of the hour. Raises ZeroDivisionError without a rated post."""
        return (self.positive - self.negative) / self.rated * 100


@dataclass(frozen=True)
class Known:
    """Of how many posts the sentiment is given; of the others a model has estimated some. Only given ones count."""

    given: int = 0
    estimated: int = 0
    unknown: int = 0

    @property
    def in_words(self) -> str:
        total = self.given + self.estimated + self.unknown
        if not total:
            return ""
        words = gettext(
            "sentiment given for %(given)d of %(total)d posts, estimated for %(estimated)d, unknown for %(unknown)d"
        )
        return words % {**asdict(self), "total": total}


@dataclass
class Facts:
    """What the record says; times are UTC instants."""

    detected_at: datetime
    logged_at: datetime | None = None  # where that was later
    first_post_at: datetime | None = None
    acknowledged_at: datetime | None = None
    resolved_at: datetime | None = None
    first_published_at: datetime | None = None
    silence_was_decided: bool = False
    approvals: Sequence[tuple[datetime, datetime]] = ()  # submitted, approved
    actionable: int = 0  # claims that needed an answer, and private cases
    answered: int = 0
    claims: int = 0
    claims_settled: int = 0
    stakeholders_due: int = 0  # to be told by a deadline, or told
    stakeholders_on_time: int = 0
    sentiment_before: float | None = None
    sentiment_after: float | None = None
    known_before: Known = Known()  # how much of it is known in each of the three times
    known_open: Known = Known()
    known_after: Known = Known()
    after_is_partial: bool = False  # the day after the stand-down is not over yet
    hours: Sequence[Hour] = ()  # while the incident was open


@dataclass(frozen=True)
class Figure:
    code: str
    label: str | Promise
    value: float | None
    unit: str  # "min", "%" or "points"
    note: str | Promise = ""  # what it was counted from; for an unknown figure, why it is unknown

    def frozen(self) -> dict[str, Any]:
        """What is stored when the post-mortem is approved: the words follow the reader's language later."""
        return {"code": self.code, "value": self.value, "unit": self.unit, "note": str(self.note)}

    @property
    def shown(self) -> str | None:
        """The value in words with as much precision as it deserves; None when it is unknown."""
        if self.value is None:
            return None
        if self.unit == "min":
            return duration(self.value)
        return f"{self.value:+.0f}".replace("-", "−") if self.unit == "points" else f"{self.value:.0f}"

    @property
    def shown_unit(self) -> str:
        # A duration carries its own units.
        return {"%": "%", "points": gettext("points")}.get(self.unit, "")


LABELS = {
    "ttd": _("Time to detect"),
    "tta": _("Time to acknowledge"),
    "ttfr": _("Time to first response"),
    "approval": _("Approval time, median"),
    "response_rate": _("Response rate"),
    "sentiment_before": _("Net sentiment before"),
    "sentiment_lowest": _("Net sentiment, lowest hour"),
    "sentiment_after": _("Net sentiment after"),
    "claims_settled": _("Claims settled"),
    "stakeholders": _("Stakeholders notified on time"),
}
MEANINGS = {
    "ttd": _("from the first post to our noticing it"),
    "tta": _("from noticing it to an acknowledgement"),
    "ttfr": _("from noticing it to our first published statement"),
    "approval": _("from submitting a text to its approval"),
    "response_rate": _("answered, of what needed an answer"),
    "sentiment_before": _("seven days before the first post"),
    "sentiment_lowest": _("while the incident was open"),
    "sentiment_after": _("24 hours after the stand-down"),
    "claims_settled": _("of all claims that were logged"),
    "stakeholders": _("of those with a deadline"),
}


def thaw(frozen: Iterable[dict[str, Any]]) -> list[Figure]:
    """Figures as they were stored."""
    return [
        Figure(item["code"], LABELS[item["code"]], item["value"], item["unit"], item["note"])
        for item in frozen
    ]


def compute(facts: Facts) -> list[Figure]:
    """Every figure, in the order in which it is read."""
    noticed_at = max(facts.detected_at, facts.logged_at or facts.detected_at)
    return [
        elapsed(
            "ttd", facts.first_post_at, facts.detected_at, _("the time of the first post is not recorded")
        ),
        elapsed("tta", noticed_at, facts.acknowledged_at, _("nobody acknowledged it")),
        elapsed(
            "ttfr",
            noticed_at,
            facts.first_published_at,
            _("we decided not to respond") if facts.silence_was_decided else _("nothing was published"),
        ),
        approval_time(facts.approvals),
        share("response_rate", facts.answered, facts.actionable, _("nothing needed an answer")),
        *net_sentiments(facts),
        share("claims_settled", facts.claims_settled, facts.claims, _("no claim was logged")),
        share(
            "stakeholders",
            facts.stakeholders_on_time,
            facts.stakeholders_due,
            _("no stakeholder had a deadline"),
        ),
    ]


def elapsed(code: str, start: datetime | None, end: datetime | None, why_unknown: str | Promise) -> Figure:
    """Minutes from `start` to `end`."""
    if start is None or end is None:
        return Figure(code, LABELS[code], None, "min", why_unknown)
    if end < start:
        return Figure(code, LABELS[code], None, "min", _("the recorded times are in the wrong order"))
    return Figure(code, LABELS[code], (end - start).total_seconds() / 60, "min")


def approval_time(approvals: Sequence[tuple[datetime, datetime]]) -> Figure:
    """Median minutes from submission to approval."""
    minutes = [(approved - submitted).total_seconds() / 60 for submitted, approved in approvals]
    if not minutes:
        return Figure("approval", LABELS["approval"], None, "min", _("no text was approved"))
    counted = ngettext("%(n)d approved text", "%(n)d approved texts", len(minutes)) % {"n": len(minutes)}
    return Figure("approval", LABELS["approval"], median(minutes), "min", counted)


def share(code: str, part: int, whole: int, why_unknown: str | Promise) -> Figure:
    """`part` of `whole` in percent; unknown, not 0 or 100, when there is nothing to count."""
    if not whole:
        return Figure(code, LABELS[code], None, "%", why_unknown)
    counted = gettext("%(part)d of %(whole)d") % {"part": part, "whole": whole}
    return Figure(code, LABELS[code], part / whole * 100, "%", counted)


def net_sentiments(facts: Facts) -> list[Figure]:
    """Before, at its lowest, and after."""
    telling = [hour for hour in facts.hours if hour.rated >= RATED_POSTS_PER_HOUR]
    lowest = min(telling, key=lambda hour: hour.net, default=None)
    unrated = _("no rated posts in that time")
    few = gettext("no hour had %(n)d rated posts") % {"n": RATED_POSTS_PER_HOUR}
    so_far = _("so far; the 24 hours are not over") if facts.after_is_partial else ""
    return [
        _sentiment("sentiment_before", facts.sentiment_before, unrated, facts.known_before),
        _sentiment("sentiment_lowest", lowest.net if lowest else None, few, facts.known_open),
        _sentiment(
            "sentiment_after",
            facts.sentiment_after,
            unrated if facts.resolved_at else _("it has not stood down"),
            facts.known_after,
            so_far,
        ),
    ]


def _sentiment(
    code: str, value: float | None, why_unknown: str | Promise, known: Known, note: str | Promise = ""
) -> Figure:
    notes = [str(why_unknown if value is None else note), known.in_words]
    return Figure(code, LABELS[code], value, "points", "; ".join(filter(None, notes)))


def duration(minutes: float) -> str:
    """For example "45 s", "12 min", "2 h 05 min" or "3 d 4 h"."""
    seconds = round(minutes * 60)
    if seconds < 60:
        return gettext("%(n)d s") % {"n": seconds}
    whole = round(minutes)
    if whole < 60:
        return gettext("%(n)d min") % {"n": whole}
    hours = whole // 60
    if hours < 48:
        return gettext("%(h)d h %(min)02d min") % {"h": hours, "min": whole % 60}
    return gettext("%(d)d d %(h)d h") % {"d": hours // 24, "h": hours % 24}
