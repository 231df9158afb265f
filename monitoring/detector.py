"""When does complaining become unusual? Pure functions over hourly counts; nothing here touches the database.

The rule counts **people, not posts**: unique authors of negative posts in one hour, the brand's own posts left out, so
that one angry person posting forty times is one person. An hour is a spike when

* more people complain than `expected + 4 * sqrt(expected) + 2`, where `expected` is the median of the same hour and
  its two neighbours over the past seven days (the counts of rare, independent events spread by about the square
  root of their mean; four such spreads are rarely reached by chance, the 2 keeps single posts from counting);
* at least `at_least` people complain (a jump from 0 to 3 is no crisis);
* they are at least `min_share` of all people whose post has a sentiment: a joke or a promotion that travels brings
  complaints along, a crisis consists of them;
* and the stream was alive on at least `min_days` of the past seven days: when collecting begins, everything jumps
  from nothing, and that is not the public's doing. A day was alive if the 24 hours around the same time brought at
  least `alive_mentions` posts. Until then the brand has no baseline, and the pages say so instead of staying silent.

Measured on 14,485 hand-labelled posts at six US airlines, 17-24 February 2015 (42.6 brand-days): of three
crises in one winter storm two are found (US Airways from 05:00 UTC on 22 February, JetBlue from 16:00 UTC), the
weakest (United) is missed; of the five traps - a late-starting stream, a joke, a promotion, two
floods by few people - none raises a signal. Three other signals are raised: 0.07 false signals per brand-day.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from statistics import median

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Rule:
    days: int = 7  # how far back "usual" reaches
    neighbours: int = 1  # hours to either side that also say what is usual
    spreads: float = 4.0
    margin: float = 2.0
    at_least: int = 8  # people
    min_share: float = 0.4
    min_days: int = 3
    alive_mentions: int = 8
    quiet_hours: int = 12  # spikes at most so far apart are one episode

    @property
    def history(self) -> timedelta:
        """How far before an hour its counts must be known."""
        return self.days * DAY + 12 * HOUR


USUAL = Rule()


@dataclass(frozen=True)
class Count:
    """What happened in one hour."""

    complaints: int = 0  # unique authors of negative posts, without the brand's own
    rated: int = 0  # unique authors of posts with any sentiment, without the brand's own
    mentions: int = 0  # posts


@dataclass(frozen=True)
class Verdict:
    hour: datetime
    count: int
    rated: int
    expected: float | None  # None: no baseline yet
    limit: float | None
    covered_days: int
    is_spike: bool

    @property
    def share(self) -> float:
        return self.count / self.rated if self.rated else 0.0


NOTHING = Count()
Counts = Mapping[datetime, Count]


def judge(counts: Counts, hour: datetime, rule: Rule = USUAL) -> Verdict:
    """Is `hour` (its start, UTC) a spike, judged by nothing later than itself?

    `counts` must reach back `rule.history` where there is anything; hours before the first one are unknown, not quiet.
    """
    return _judge(counts, hour, rule, min(counts, default=hour))


def _judge(counts: Counts, hour: datetime, rule: Rule, began: datetime) -> Verdict:
    usual: list[int] = []
    covered = 0
    for days in range(1, rule.days + 1):
        then = hour - days * DAY
        if then - rule.neighbours * HOUR < began or _posts(counts, then, rule) < rule.alive_mentions:
            continue
        covered += 1
        usual += [
            counts.get(then + offset * HOUR, NOTHING).complaints
            for offset in range(-rule.neighbours, rule.neighbours + 1)
        ]
    now = counts.get(hour, NOTHING)
    if covered < rule.min_days:
        return Verdict(hour, now.complaints, now.rated, None, None, covered, is_spike=False)
    expected = float(median(usual))
    limit = expected + rule.spreads * sqrt(expected) + rule.margin
    is_spike = (
        now.complaints > limit
        and now.complaints >= rule.at_least
        and now.complaints >= rule.min_share * now.rated
    )
    return Verdict(hour, now.complaints, now.rated, expected, limit, covered, is_spike)


def _posts(counts: Counts, around: datetime, rule: Rule) -> int:
    """Posts in the 24 hours around a moment: was anybody listening that day?"""
    total = 0
    for offset in range(-12, 12):
        total += counts.get(around + offset * HOUR, NOTHING).mentions
        if total >= rule.alive_mentions:
            break
    return total


def scan(counts: Counts, first: datetime, last: datetime, rule: Rule = USUAL) -> list[Verdict]:
    """Every hour from `first` to `last`, both included, each judged as of its own time."""
    hours = [first + n * HOUR for n in range(max(0, int((last - first) / HOUR) + 1))]
    began = min(counts, default=first)
    known = sorted(counts)
    return [
        _judge(counts, hour, rule, began) if _is_near(known, hour, rule) else _of_nothing(hour)
        for hour in hours
    ]


def _is_near(known: Sequence[datetime], hour: datetime, rule: Rule) -> bool:
    """Whether anything is known of the hour itself, or of what it is compared with."""
    place = bisect_left(known, hour - rule.history)
    return place < len(known) and known[place] <= hour


def _of_nothing(hour: datetime) -> Verdict:
    """The verdict of `_judge` where nothing is known: between two posts there may be decades."""
    return Verdict(hour, 0, 0, None, None, 0, is_spike=False)


def episodes(verdicts: Iterable[Verdict], rule: Rule = USUAL) -> list[list[Verdict]]:
    """The spikes among `verdicts` (in time order), grouped: a pause of up to `quiet_hours` stays one episode."""
    grouped: list[list[Verdict]] = []
    for verdict in verdicts:
        if not verdict.is_spike:
            continue
        if grouped and verdict.hour - grouped[-1][-1].hour <= rule.quiet_hours * HOUR:
            grouped[-1].append(verdict)
        else:
            grouped.append([verdict])
    return grouped


def start_of_hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
