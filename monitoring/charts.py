"""Curves as SVG, drawn on the server: plain geometry here, the looks in the stylesheet.

The drawing is stretched to the width of its box (`preserveAspectRatio="none"`), so it holds shapes only; words and
figures stand beside it as HTML, where they keep their size on a phone.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db.models import Count, DateTimeField, Func, IntegerField, QuerySet, Value
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from monitoring.models import Mention, Sentiment, Signal, SignalKind

WIDTH, HEIGHT = 1000, 200
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
MOST_HOURS, MOST_DAYS = 8 * 24, 180  # from here on the next larger bucket


class BucketNumber(Func):
    """The number, from 1 on, of the bucket into which a post falls; the buckets begin at `borders`, in their order."""

    function = "WIDTH_BUCKET"

    def __init__(self, borders: Sequence[datetime]) -> None:
        begins = Cast(Value(list(borders)), ArrayField(DateTimeField()))
        super().__init__("posted_at", begins, output_field=IntegerField())


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
    def rated(self) -> int:
        return self.total - self.unrated

    @property
    def in_words(self) -> str:
        if not self.rated:  # "0 negative" would say that somebody has looked
            words = _("%(when)s: %(total)d mentions, none rated")
            return words % {"when": self.label, "total": self.total}
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
    """How many posts per hour (day, week) and how many of them negative and positive, as given. One query."""
    step = HOUR if end - start <= MOST_HOURS * HOUR else DAY if end - start <= MOST_DAYS * DAY else WEEK
    borders = _borders(start, end, step)
    buckets = _buckets(mentions, borders, end, step)
    top = _round_up(max((bucket.total for bucket in buckets), default=0))
    lines = [_line("volume", _("all mentions"), [bucket.total for bucket in buckets], top, with_area=True)]
    if any(bucket.rated for bucket in buckets):
        negative, positive = [b.negative for b in buckets], [b.positive for b in buckets]
        lines += [
            _line("negative", _("negative"), negative, top, with_area=True),
            _line("positive", _("positive"), positive, top),
        ]
    wide = WIDTH / len(buckets)
    unusual = {
        bisect_right(borders, datetime.fromisoformat(hour)) - 1
        for signal in signals
        for hour in signal.evidence["unusual_hours"]
    }
    marks = [Mark((n + 0.5) * wide, _y(b.total, top)) for n, b in enumerate(buckets) if n in unusual]
    targets = [(n * wide, wide, bucket.in_words) for n, bucket in enumerate(buckets)]
    onset_at = _place(onset, borders) * WIDTH if onset and borders[0] <= onset < borders[-1] else None
    return Chart(lines, top, _ticks(borders, step), targets, marks, onset_at, buckets)


def evidence_chart(signal: Signal) -> Chart:
    """What was heard: people in each hour, and what is usual; the unusual hours are marked."""
    points = [(datetime.fromisoformat(at), people, usual) for at, people, usual in signal.evidence["curve"]]
    top = _round_up(max((max(people, usual or 0) for _at, people, usual in points), default=0))
    label = (
        _("people who complained") if signal.kind == SignalKind.COMPLAINTS else _("people who spoke of it")
    )
    lines = [
        _line("volume", label, [point[1] for point in points], top, with_area=True),
        _line("usual", _("usual for the hour"), [point[2] for point in points], top),
    ]
    wide = WIDTH / len(points)
    unusual = set(signal.evidence["unusual_hours"])
    marks = [
        Mark((n + 0.5) * wide, _y(people, top))
        for n, (at, people, _usual) in enumerate(points)
        if at.isoformat() in unusual
    ]
    targets = [(n * wide, wide, _point_in_words(*point)) for n, point in enumerate(points)]
    borders = [points[0][0] + n * HOUR for n in range(len(points) + 1)]
    return Chart(lines, top, _ticks(borders, HOUR), targets, marks)


def _point_in_words(at: datetime, people: int, usual: float | None) -> str:
    words = _("%(when)s: %(people)d people") % {"when": _say(at, HOUR), "people": people}
    if usual is None:
        return words + ", " + _("usual not known yet")
    return words + ", " + _("usually %(usual)g") % {"usual": usual}


def _borders(start: datetime, end: datetime, step: timedelta) -> list[datetime]:
    """Where each bucket begins and, last, where the last one ends; at least two buckets.

    Days and weeks are those of the reader's zone: where the clocks change a day has 23 or 25 hours.
    """
    local = timezone.localtime(start).replace(minute=0, second=0, microsecond=0)
    borders = [local.astimezone(UTC) if step == HOUR else _midnight(local.date())]
    while len(borders) < 3 or borders[-1] < end:
        n = len(borders)
        borders.append(borders[0] + n * step if step == HOUR else _midnight(local.date() + n * step))
    return borders


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), timezone.get_current_timezone()).astimezone(UTC)


def _place(moment: datetime, borders: Sequence[datetime]) -> float:
    """How far from left to right, from 0 to 1, a moment lies between equally wide buckets."""
    n = bisect_right(borders, moment) - 1
    inside = (moment - borders[n]) / (borders[n + 1] - borders[n])
    return (n + inside) / (len(borders) - 1)


def _buckets(
    mentions: QuerySet[Mention], borders: Sequence[datetime], end: datetime, step: timedelta
) -> list[Bucket]:
    rows = (
        mentions.between(borders[0], end)  # type: ignore[attr-defined]
        .annotate(bucket=BucketNumber(borders))
        .values("bucket", "sentiment")
        .annotate(n=Count("pk"))
        .order_by()
    )
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for row in rows:
        found[row["bucket"]][row["sentiment"]] = row["n"]
    return [Bucket(at, _say(at, step), found.get(n, {})) for n, at in enumerate(borders[:-1], start=1)]


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


def _ticks(borders: Sequence[datetime], step: timedelta) -> list[str]:
    shown = 4
    return [_say(borders[(len(borders) - 1) * n // shown], step) for n in range(shown + 1)]


def _say(at: datetime, step: timedelta) -> str:
    """A bucket's start in the reader's zone."""
    # Translators: date formats, see Django's "date" template filter
    form = pgettext("date format", "j M, H:i") if step == HOUR else pgettext("date format", "j M Y")
    return date_format(timezone.localtime(at), form)
