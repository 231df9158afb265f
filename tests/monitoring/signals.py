"""Signals for tests of what follows them: decided ones as rows, a live one as the product raises it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from monitoring import actions
from monitoring.models import Signal
from tests.factories import IncidentFactory, mentions, unsaved_mention

HOUR = timedelta(hours=1)
EVIDENCE = {
    "code": "complaints.swell",
    "reasons": [],
    "hour": 48,
    "six_hours": 60,
    "usual_hour": 3.0,
    "usual_six_hours": 18.0,
    "urgency": [],
    "copies": 0,
    "posts": 60,
    "people": 48,
    "asking": 0,
    "share": None,
    "curve": [["2026-03-08T13:00:00+00:00", 48, 3.0]],
    "unusual_hours": ["2026-03-08T13:00:00+00:00"],
    "sample": [],
}


def make_signal(brand: Any, *, ago: timedelta = HOUR, **facts: Any) -> Signal:
    """A row without posts and without a deadline."""
    heard_at = timezone.now() - ago
    values = {
        "kind": "complaints",
        "began_at": heard_at - HOUR,
        "heard_at": heard_at,
        "last_at": heard_at,
        "peak": 48,
        "evidence": dict(EVIDENCE),
    }
    return Signal.objects.create(brand=brand, **values | facts)


def decided(brand: Any, by: Any, *, taken_up: int = 0, dismissed: tuple[str, ...] = (), **facts: Any) -> None:
    """So many signals that were taken up, and one dismissed for each of these reasons."""
    number = Signal.objects.count()
    decision = {"decided_by": by, "decided_at": timezone.now(), **facts}
    for _time in range(taken_up):
        number += 1
        incident = IncidentFactory(brand=brand, logged_by=by)
        make_signal(brand, ago=number * HOUR, state="opened", incident=incident, **decision)
    for dismissal in dismissed:
        number += 1
        reason = "In my words" if dismissal == "other" else ""
        make_signal(
            brand, ago=number * HOUR, state="dismissed", dismissal=dismissal, reason=reason, **decision
        )


def raise_live(brand: Any, people: int = 30) -> Signal:
    """So many people complain in this moment, after a week with three an hour."""
    now = timezone.now()
    quiet = [now - day * 24 * HOUR + n * HOUR for day in range(1, 7) for n in range(-4, 5) for _ in range(3)]
    loud = [now - timedelta(seconds=n) for n in range(people)]
    start = Signal.objects.count() * 1000
    mentions(
        unsaved_mention(brand, at, author=f"author-{start + n}", text=f"Number {n}", sentiment="negative")
        for n, at in enumerate([*quiet, *loud])
    )
    (signal,) = actions.raise_signals(brand=brand, first=now - HOUR, last=now)
    return signal
