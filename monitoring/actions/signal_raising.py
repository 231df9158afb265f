"""From bursts to signals that people see."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.transitions import set_fields
from incidents.actions import breach, lock_incident
from incidents.models import IncidentState
from journal.models import Urgency
from monitoring import evidence
from monitoring.actions.signal_decisions import attach_burst
from monitoring.deadlines import ALERTED_ROLES, ask_for_decision, note
from monitoring.detection import slots
from monitoring.detection.detector import QUIET
from monitoring.detection.words import arithmetic
from monitoring.listening import Burst, heard_now, replayed, sensitivity_of
from monitoring.models import ImportRun, Signal, SignalKind, SignalState
from people.models import Brand, SiteRole, User, on_duty

# An episode whose last burst is older is history: it is listed, and nobody is alerted.
LIVE = timedelta(hours=24)
HOUR = timedelta(hours=1)  # within it, complaints after mere volume are the same news
# A dismissed episode that grows to this many times what was dismissed is another matter.
AGAIN_TIMES = 2


@transaction.atomic
def raise_signals(
    *, brand: Brand, first: datetime, last: datetime, run: ImportRun | None = None
) -> list[Signal]:
    """Judge the time between two moments, each moment as of then, and return the signals that are new.

    What is unusual close to a signal's episode extends it. Looking twice changes nothing. `run` is the import that
    brought the posts.
    """
    sensitivity = sensitivity_of(brand)
    bursts = replayed(brand, first, last, sensitivity)
    return _take(_locked(brand), bursts, sensitivity, run) if bursts else []


@transaction.atomic
def listen(*, brand: Brand, now: datetime) -> list[Signal]:
    """Judge what came in since the last look and return the signals that are new."""
    brand = _locked(brand)  # before its detector: whoever counts voices takes them in this order, too
    bursts = heard_now(brand, now)
    return _take(brand, bursts, sensitivity_of(brand), None)  # which nobody changes before this ends


def _locked(brand: Brand) -> Brand:
    return Brand.objects.select_for_update(no_key=True).get(pk=brand.pk)


def _take(brand: Brand, bursts: list[Burst], sensitivity: str, run: ImportRun | None) -> list[Signal]:
    raised = []
    for burst in bursts:
        signal = _episode(brand, burst)
        if signal is None:
            raised.append(_raise(brand, burst, sensitivity, run))
        elif _again(signal, burst):
            raised.append(_raise(brand, burst.after(signal.last_at), sensitivity, run))
        else:
            _extend(signal, burst)
    return raised


def _episode(brand: Brand, burst: Burst) -> Signal | None:
    """The newest signal to whose episode the burst belongs."""
    quiet = QUIET * slots.LENGTH
    return (
        Signal.objects.select_for_update(of=("self",))
        .filter(brand=brand, heard_at__lte=burst.last_at + quiet, last_at__gte=burst.heard_at - quiet)
        .order_by("-id")
        .first()
    )


def _again(signal: Signal, burst: Burst) -> bool:
    """What was dismissed as history and still runs is another matter too: nobody was alerted of it."""
    if signal.state != SignalState.DISMISSED or burst.last_at <= signal.last_at:
        return False
    goes_on = signal.is_history and _is_live(burst.last_at)
    return goes_on or burst.peak >= AGAIN_TIMES * (signal.peak_when_decided or 0)


def _raise(brand: Brand, burst: Burst, sensitivity: str, run: ImportRun | None) -> Signal:
    """History alerts nobody; it stands on the page of the import that brought it."""
    priority, seen = evidence.of_burst(brand, burst.heard_at, burst.share)
    signal = Signal.objects.create(
        brand=brand,
        kind=SignalKind(burst.kinds[0]),
        priority=priority,
        sensitivity=sensitivity,
        began_at=burst.began_at,
        heard_at=burst.heard_at,
        last_at=burst.last_at,
        peak=burst.peak,
        run=run,
        is_history=not _is_live(burst.last_at),
        evidence={
            **arithmetic(burst.kinds[0], burst.judgement),
            **seen,
            "said_peak": burst.peak,
            "kinds": [str(kind) for kind in burst.kinds],
            "unusual_hours": burst.hours,
            "curve": burst.curve,
            "sample": evidence.typical(brand, burst.began_at, burst.last_at),
        },
    )
    ask_for_decision(signal, signal.raised_at)
    _announce(signal, burst)
    return signal


def _announce(signal: Signal, burst: Burst) -> None:
    note(
        signal,
        "signal.raised",
        None,
        at=signal.began_at,
        count=burst.peak,
        usual=_usual(signal),
        audience=() if signal.is_history else _audience(),
        urgency=Urgency.LATER if signal.is_history else Urgency.SOON,
    )


def _usual(signal: Signal) -> str:
    usual = signal.evidence.get("usual_hour")
    return str(_("not known yet")) if usual is None else f"{usual:g}"


def _extend(signal: Signal, burst: Burst) -> None:
    """The episode goes on: its curve, its peak and, once taken up, what is attached grow with it."""
    new_kinds = [str(kind) for kind in burst.kinds if str(kind) not in signal.evidence["kinds"]]
    if burst.last_at <= signal.last_at and burst.peak <= signal.peak and not new_kinds:
        return  # seen before; or posts that arrived late, and what was raised stays as it was raised
    kept: dict[str, Any] = signal.evidence
    kept["curve"] = _joined(kept["curve"], burst.curve)
    kept["unusual_hours"] = sorted({*kept["unusual_hours"], *burst.hours})
    kept["kinds"] += new_kinds
    if burst.peak > signal.peak:
        signal.peak = burst.peak
        more = evidence.typical(signal.brand, burst.began_at, burst.last_at)
        kept["sample"] = [*kept["sample"], *(pk for pk in more if pk not in kept["sample"])][
            : 2 * evidence.SAMPLES
        ]
    signal.last_at = max(signal.last_at, burst.last_at)
    signal.save(update_fields=["evidence", "peak", "last_at"])
    if signal.incident_id:
        _grow_incident(signal, burst)
    elif signal.state == SignalState.NEW and _is_live(signal.last_at):
        _say_again(signal, burst, is_other=bool(new_kinds) and burst.last_at - signal.heard_at >= HOUR)


def _say_again(signal: Signal, burst: Burst, *, is_other: bool) -> None:
    """It was not over after all; it `is_other`, complaints after mere volume; or twice as many people as last time."""
    was_history = signal.is_history
    if was_history or is_other or signal.peak >= AGAIN_TIMES * signal.evidence["said_peak"]:
        signal.evidence["said_peak"] = signal.peak
        set_fields(signal, is_history=False, evidence=signal.evidence)
        if was_history:
            ask_for_decision(signal, timezone.now())
        _announce(signal, burst)


def _joined(old: list[list[Any]], new: list[list[Any]]) -> list[list[Any]]:
    points = {point[0]: point for point in [*old, *new]}
    return [points[hour] for hour in sorted(points)]


def _grow_incident(signal: Signal, burst: Burst) -> None:
    """An open incident gets the new posts; one that was only watched any more is active again."""
    incident = lock_incident(signal.incident_id or 0)
    if not incident.is_open:
        return
    attach_burst(incident=incident, signal=signal, actor=None)
    if incident.state == IncidentState.MONITORING and _is_live(burst.last_at):
        reason = _("%(n)d people spoke of it within an hour") % {"n": burst.peak}
        breach(incident=incident, actor=None, reason=str(reason))


def _audience() -> list[User]:
    """Who is on duty for listening and for leading; with nobody on duty everybody who could take it up."""
    people = {person.pk: person for role in ALERTED_ROLES for person in on_duty(role)}
    if people:
        return list(people.values())
    return list(User.objects.filter(is_active=True).exclude(site_role=SiteRole.READER))


def _is_live(moment: datetime) -> bool:
    return timezone.now() - moment < LIVE
