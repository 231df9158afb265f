"""What must be true of an installation after a fault: its own invariants, and what the other side received."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Max

from escalations.models import Deadline, DeadlineState
from journal.models import Entry
from notifications.models import Delivery, DeliveryState
from tests.faults.world import World

MISSED = ("deadline.missed", "deadline.missed_raised", "deadline.repeated", "deadline.lapsed")


@dataclass
class Report:
    violations: list[str]
    figures: dict[str, Any]


def check(world: World) -> Report:
    """Every broken promise in words, and what was measured. The caller lets the world settle first."""
    violations = [*_broken_invariants(world), *_doubled_or_lost_firings()]
    deliveries = {row.message_id: row for row in Delivery.objects.filter(channel="email")}
    arrived = Counter(receipt["message_id"] for receipt in world.sink.receipts())
    for key in arrived.keys() - deliveries.keys():
        violations.append(f"I7: {key} arrived without a delivery")
    for key, row in deliveries.items():
        times, attempts = arrived[key], row.attempts.count()
        if times > attempts:
            violations.append(f"I7: {row} arrived {times} times with {attempts} attempts")
        if times > 1 and not row.ambiguous_count:
            violations.append(f"I8: {row} arrived {times} times and nobody was in doubt")
        if row.state == DeliveryState.SENT and not times:
            violations.append(f"lost: {row} is recorded as sent and never arrived")
    violations += _unmarked_repeats(world)
    fired = Deadline.objects.filter(state=DeadlineState.FIRED)
    lateness = fired.aggregate(worst=Max(F("entry__at") - F("due_at")))["worst"]
    figures = {
        "fired": fired.count(),
        "lateness_max_seconds": round(lateness.total_seconds(), 2) if lateness else None,
        "messages_received": sum(arrived.values()),
        "repeats_flagged": sum(times - 1 for times in arrived.values() if times > 1),
        "deliveries_by_state": dict(
            Delivery.objects.filter(channel="email")
            .values_list("state")
            .annotate(n=Count("pk"))
            .order_by("state")
        ),
    }
    return Report(violations, figures)


def _broken_invariants(world: World) -> list[str]:
    done = world.run("manage.py", "check_invariants", "--json", "--receipts", str(world.sink.path))
    if "Unknown command" in done.stderr:
        return []
    if done.returncode == 0:
        return []
    try:
        report = json.loads(done.stdout)
    except ValueError:
        return [f"check_invariants failed: {done.stderr[-500:]}"]
    return [json.dumps(report)]


def _doubled_or_lost_firings() -> list[str]:
    """Each deadline that fired has exactly one entry that names it, and no other deadline has any."""
    named = Counter(Entry.objects.filter(kind__in=MISSED).order_by().values_list("data__deadline", flat=True))
    fired = set(Deadline.objects.filter(state=DeadlineState.FIRED).values_list("pk", flat=True))
    return [
        *(f"doubled: deadline {pk} fired {times} times" for pk, times in named.items() if times > 1),
        *(f"deadline {pk} fired without a word" for pk in fired - named.keys()),
        *(f"deadline {pk} is in the journal and did not fire" for pk in named.keys() - fired),
    ]


def _unmarked_repeats(world: World) -> list[str]:
    seen: set[str] = set()
    unmarked = []
    for receipt in world.sink.receipts():
        if receipt["message_id"] in seen and not receipt["repeat"]:
            unmarked.append(f"I8: {receipt['id']} came again and did not say that it may be a repeat")
        seen.add(receipt["message_id"])
    return unmarked
