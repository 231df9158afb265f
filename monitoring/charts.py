"""Curves as SVG, drawn on the server: plain geometry here, the looks in the stylesheet.

The drawing is stretched to the width of its box (`preserveAspectRatio="none"`), so it holds shapes only; words and
figures stand beside it as HTML, where they keep their size on a phone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from monitoring.hourly_counts import Bin
from monitoring.models import Mention, Sentiment, Signal

WIDTH, HEIGHT = 1000, 200
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
MOST_HOURS, MOST_DAYS = 8 * 24, 180  # from here on the next larger bucket


@dataclass(frozen=True)
class Bucket:
    at: datetime
    label: str
    values: dict[str, int]  # sentiment → mentions

    @property
    def total(self) -> int:
        return sum(self.values.values())

    @property
    def negative(self) -> int:
        return self.values.get(Sentiment.NEGATIVE, 0)

    @property
    def neutral(self) -> int:
        return self.values.get(Sentiment.NEUTRAL, 0)

    @property
    def positive(self) -> int:
        return self.values.get(Sentiment.POSITIVE, 0)

    @property
    def unrated(self) -> int:
        return self.values.get("", 0)

    @property
    def in_words(self) -> str:
        words = _("%(when)s: %(total)d mentions, %(negative)d negative, %(positive)d positive")
        return words % {
            "when": self.label,
            "total": self.total,
            "negative": self.negative,
            "positive": self.positive,
        }


@dataclass(frozen=True)
class Mark:
    x: float
    y: float


@dataclass(frozen=True)
class Line:
    """A curve; `area` is what lies between it and the ground."""

    kind: str  # the part of its class behind "series-" and "area-"
    label: str
    path: str
    area: str = ""


@dataclass(frozen=True)
class Chart:
    lines: Sequence[Line]
    top: int  # value at the upper edge
    ticks: Sequence[str]  # labels at equal distances from left to right
    targets: Sequence[tuple[float, float, str]]  # x, width and words of each bucket, for the pointer
    marks: Sequence[Mark] = ()
    onset: float | None = None
    buckets: Sequence[Bucket] = field(default_factory=list)
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def middle(self) -> str:
        return f"{self.top / 2:g}"


def volume_chart(
    mentions: QuerySet[Mention],
    start: datetime,
    end: datetime,
    *,
    signals: Iterable[Signal] = (),
    onset: datetime | None = None,
) -> Chart:
    """How many posts per hour (day, week) and how many of them negative and positive. One query."""
    buckets, step = _buckets(mentions, start, end)
    first = buckets[0].at
    top = _round_up(max((bucket.total for bucket in buckets), default=0))
    lines = [
        _line("volume", _("all mentions"), [bucket.total for bucket in buckets], top, with_area=True),
        _line("negative", _("negative"), [bucket.negative for bucket in buckets], top, with_area=True),
        _line("positive", _("positive"), [bucket.positive for bucket in buckets], top),
    ]
    wide = WIDTH / len(buckets)
    spiking = {
        int((datetime.fromisoformat(hour) - first) / step)
        for signal in signals
        for hour in signal.evidence["spike_hours"]
    }
    marks = [Mark((n + 0.5) * wide, _y(b.negative, top)) for n, b in enumerate(buckets) if n in spiking]
    targets = [(n * wide, wide, bucket.in_words) for n, bucket in enumerate(buckets)]
    at = (onset - first) / (step * len(buckets)) * WIDTH if onset else -1
    onset_at = at if 0 <= at <= WIDTH else None
    return Chart(lines, top, _ticks(first, step, len(buckets)), targets, marks, onset_at, buckets)


def evidence_chart(signal: Signal) -> Chart:
    """What the rule saw: people who complained per hour, what is usual, and above what a signal is raised."""
    points = [
        (datetime.fromisoformat(at), count, usual, limit)
        for at, count, usual, limit in signal.evidence["curve"]
    ]
    top = _round_up(max(max(count, limit or 0) for _at, count, _usual, limit in points))
    lines = [
        _line("negative", _("people who complained"), [point[1] for point in points], top, with_area=True),
        _line("usual", _("usual for the hour"), [point[2] for point in points], top),
        _line("limit", _("signal above"), [point[3] for point in points], top),
    ]
    wide = WIDTH / len(points)
    spikes = set(signal.evidence["spike_hours"])
    marks = [
        Mark((n + 0.5) * wide, _y(count, top))
        for n, (at, count, _usual, _limit) in enumerate(points)
        if at.isoformat() in spikes
    ]
    targets = [(n * wide, wide, _point_in_words(*point)) for n, point in enumerate(points)]
    return Chart(lines, top, _ticks(points[0][0], HOUR, len(points)), targets, marks)


def _point_in_words(at: datetime, count: int, usual: float | None, limit: float | None) -> str:
    words = _("%(when)s: %(count)d people complained") % {"when": _say(at, HOUR), "count": count}
    if usual is None or limit is None:
        return words + ", " + _("usual not known yet")
    return words + ", " + _("usually %(usual)g, signal above %(limit).1f") % {"usual": usual, "limit": limit}


def _buckets(mentions: QuerySet[Mention], start: datetime, end: datetime) -> tuple[list[Bucket], timedelta]:
    span = end - start
    step = HOUR if span <= MOST_HOURS * HOUR else DAY if span <= MOST_DAYS * DAY else WEEK
    first = timezone.localtime(start).replace(minute=0, second=0, microsecond=0)
    if step != HOUR:
        first = first.replace(hour=0)
    first = first.astimezone(UTC)
    rows = (
        mentions.between(first, end)  # type: ignore[attr-defined]
        .annotate(bin=Bin(step, first))
        .values("bin", "sentiment")
        .annotate(n=Count("pk"))
        .order_by()
    )
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for row in rows:
        found[int((row["bin"] - first) / step)][row["sentiment"]] = row["n"]
    count = max(2, -int(-((end - first) / step) // 1))
    return [
        Bucket(first + n * step, _say(first + n * step, step), found.get(n, {})) for n in range(count)
    ], step


def _line(
    kind: str, label: str, values: Sequence[float | None], top: int, *, with_area: bool = False
) -> Line:
    """A polyline through the middles of the buckets; where a value is unknown it is interrupted."""
    wide = WIDTH / len(values)
    path, pen_up = [], True
    for n, value in enumerate(values):
        if value is None:
            pen_up = True
            continue
        path.append(f"{'M' if pen_up else 'L'}{(n + 0.5) * wide:.1f} {_y(value, top):.1f}")
        pen_up = False
    drawn = " ".join(path)
    area = (
        f"{drawn} L{WIDTH - wide / 2:.1f} {HEIGHT} L{wide / 2:.1f} {HEIGHT} Z" if with_area and path else ""
    )
    return Line(kind, label, drawn, area)


def _y(value: float, top: int) -> float:
    return HEIGHT - value / top * HEIGHT


def _round_up(value: float) -> int:
    """The next round number; an even one, so that the middle of the scale is a whole number too."""
    size = 1
    while True:
        for step in (4, 6, 8, 10, 14, 20, 30):
            if value <= step * size:
                return step * size
        size *= 10


def _ticks(first: datetime, step: timedelta, count: int) -> list[str]:
    shown = 4
    return [_say(first + step * (count * n // shown), step) for n in range(shown + 1)]


def _say(at: datetime, step: timedelta) -> str:
    """A bucket's start in the reader's zone."""
    # Translators: date formats, see Django's "date" template filter
    form = pgettext("date format", "j M, H:i") if step == HOUR else pgettext("date format", "j M Y")
    return date_format(timezone.localtime(at), form)
