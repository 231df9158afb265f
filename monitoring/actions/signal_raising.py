"""From spikes to signals that people see."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.transitions import set_fields
from incidents.actions import breach, lock_incident
from incidents.models import IncidentState
from journal.actions import record
from journal.models import Urgency
from monitoring import hourly_counts
from monitoring.actions.signal_decisions import attach_complaints
from monitoring.detector import HOUR, USUAL, Rule, Verdict, episodes, start_of_hour
from monitoring.models import ImportRun, Mention, Signal, SignalState
from people.models import Brand, CrisisRole, SiteRole, User, on_duty

CURVE_HOURS = 48  # what the evidence shows before the first spike
SAMPLES = 6
# An episode whose last spike is older is history: it is listed, and nobody is alerted.
LIVE = timedelta(hours=24)
ALERTED_ROLES = (CrisisRole.MONITORING_ANALYST, CrisisRole.SOCIAL_MANAGER, CrisisRole.CRISIS_LEAD)
# A dismissed episode that grows to this many times what was dismissed is another matter.
AGAIN_TIMES = 2


@transaction.atomic
def raise_signals(
    *, brand: Brand, first: datetime, last: datetime, run: ImportRun | None = None, rule: Rule = USUAL
) -> list[Signal]:
    """Judge every hour between two moments, each as of its own time, and return the signals that are new.

    Spikes close to a signal's episode extend it. Looking twice at the same hours changes nothing. `run` is the import
    that brought the posts.
    """
    brand = Brand.objects.select_for_update(no_key=True).get(pk=brand.pk)
    first, last = start_of_hour(first), start_of_hour(last)
    verdicts = hourly_counts.verdicts(brand, first - CURVE_HOURS * HOUR, last, rule)
    ends = {spike.hour: episode[-1].hour for episode in episodes(verdicts, rule) for spike in episode}
    raised: list[Signal] = []
    for position, verdict in enumerate(verdicts):
        if not verdict.is_spike or verdict.hour < first:
            continue
        seen = verdicts[max(0, position - CURVE_HOURS) : position + 1]
        signal = _episode(brand, verdict, rule)
        if signal is None or _again(signal, verdict):
            raised.append(_raise(brand, seen, run, is_live=_is_live(ends[verdict.hour])))
        else:
            _extend(signal, seen)
    return raised


def _episode(brand: Brand, verdict: Verdict, rule: Rule) -> Signal | None:
    """The newest signal to whose episode the hour belongs."""
    quiet = rule.quiet_hours * HOUR
    return (
        Signal.objects.select_for_update(of=("self",))
        .filter(brand=brand, hour__lte=verdict.hour + quiet, last_hour__gte=verdict.hour - quiet)
        .order_by("-id")
        .first()
    )


def _again(signal: Signal, verdict: Verdict) -> bool:
    """What was dismissed as history and still runs is another matter too: nobody was alerted of it."""
    if signal.state != SignalState.DISMISSED or verdict.hour < signal.last_hour:
        return False
    goes_on = signal.is_history and verdict.hour > signal.last_hour and _is_live(verdict.hour)
    return goes_on or verdict.count >= AGAIN_TIMES * (signal.peak_when_decided or 0)


def _raise(brand: Brand, seen: Sequence[Verdict], run: ImportRun | None, *, is_live: bool) -> Signal:
    """History alerts nobody; it stands on the page of the import that brought it."""
    verdict = seen[-1]
    signal = Signal.objects.create(
        brand=brand,
        hour=verdict.hour,
        last_hour=verdict.hour,
        peak=verdict.count,
        run=run,
        is_history=not is_live,
        evidence={
            **_arithmetic(verdict),
            "spike_hours": [verdict.hour.isoformat()],
            "curve": _curve(seen),
            "sample": _sample(brand, verdict.hour),
        },
    )
    _announce(signal, verdict)
    return signal


def _announce(signal: Signal, verdict: Verdict) -> None:
    record(
        stream=signal.stream,
        kind="signal.raised",
        actor=None,
        data={
            "brand": signal.brand.name,
            "hour": verdict.hour,
            "at": verdict.hour,
            "count": verdict.count,
            "usual": f"{verdict.expected:g}",
        },
        path=signal.get_absolute_url(),
        audience=() if signal.is_history else _audience(),
        urgency=Urgency.LATER if signal.is_history else Urgency.SOON,
    )


def _extend(signal: Signal, seen: Sequence[Verdict]) -> None:
    """The episode goes on: its curve, its peak and, once taken up, what is attached grow with it."""
    verdict = seen[-1]
    if verdict.hour < signal.hour:
        return  # posts that arrived late; what was raised stays as it was raised
    evidence = signal.evidence
    known = {point[0]: point for point in evidence["curve"]}
    fresh = [point for point in _curve(seen) if point[0] not in known or point[0] == verdict.hour.isoformat()]
    if fresh == [known.get(verdict.hour.isoformat())] and verdict.hour <= signal.last_hour:
        return
    known.update({point[0]: point for point in fresh})
    evidence["curve"] = [known[hour] for hour in sorted(known)]
    evidence["spike_hours"] = sorted({*evidence["spike_hours"], verdict.hour.isoformat()})
    if verdict.hour == signal.hour:
        evidence.update(_arithmetic(verdict))
    if verdict.count > signal.peak:
        signal.peak = verdict.count
        first = evidence["sample"][:SAMPLES]
        evidence["sample"] = [*first, *(pk for pk in _sample(signal.brand, verdict.hour) if pk not in first)]
    signal.last_hour = max(signal.last_hour, verdict.hour)
    signal.save(update_fields=["evidence", "peak", "last_hour"])
    if signal.incident_id:
        _grow_incident(signal, verdict)
    elif signal.is_history and signal.state == SignalState.NEW and _is_live(verdict.hour):
        set_fields(signal, is_history=False)  # it was not over after all
        _announce(signal, verdict)


def _grow_incident(signal: Signal, verdict: Verdict) -> None:
    """An open incident gets the new complaints; one that was only watched any more is active again."""
    incident = lock_incident(signal.incident_id or 0)
    if not incident.is_open:
        return
    attach_complaints(incident=incident, signal=signal, actor=None)
    if incident.state == IncidentState.MONITORING and _is_live(verdict.hour):
        reason = _("%(n)d people complained within an hour") % {"n": verdict.count}
        breach(incident=incident, actor=None, reason=str(reason))


def _arithmetic(verdict: Verdict) -> dict[str, Any]:
    return {
        "count": verdict.count,
        "rated": verdict.rated,
        "expected": verdict.expected,
        "limit": verdict.limit,
        "covered_days": verdict.covered_days,
    }


def _curve(seen: Sequence[Verdict]) -> list[list[Any]]:
    return [[point.hour.isoformat(), point.count, point.expected, point.limit] for point in seen]


def _sample(brand: Brand, hour: datetime) -> list[int]:
    """Ids of the complaints with the widest reach, one per author."""
    found: dict[int, int] = {}
    complaints = (
        Mention.objects.filter(brand=brand)
        .complaints()
        .between(hour, hour + HOUR)
        .order_by(
            F("post__author_followers").desc(nulls_last=True),
            F("post__retweets").desc(nulls_last=True),
            "posted_at",
        )
    )
    for pk, person in complaints.values_list("pk", "person")[: SAMPLES * 10]:
        found.setdefault(person, pk)
    return list(found.values())[:SAMPLES]


def _audience() -> list[User]:
    """Who is on duty for listening and for leading; with nobody on duty everybody who could take it up."""
    people = {person.pk: person for role in ALERTED_ROLES for person in on_duty(role)}
    if people:
        return list(people.values())
    return list(User.objects.filter(is_active=True).exclude(site_role=SiteRole.READER))


def _is_live(hour: datetime) -> bool:
    return timezone.now() - hour < LIVE
