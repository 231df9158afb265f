"""What must be true of an installation after a fault: its own invariants, and what the other side received."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connections
from django.db.models import Count, F, Max

from escalations.models import Deadline, DeadlineState
from journal.models import Entry
from notifications.models import Delivery, DeliveryState
from tests.faults.world import World

MISSED = (
    "deadline.missed",
    "deadline.missed_raised",
    "deadline.repeated",
    "deadline.lapsed",
    "deadline.lapsed_raised",
)
# What a person can do about an alert: its part before the signature says which deadline, and who.
LINK = re.compile(r"/a/([\w-]+):")
Telling = tuple[int | None, str]


@dataclass
class Report:
    violations: list[str]
    figures: dict[str, Any]


def check(world: World) -> Report:
    """Every broken promise in words, and what was measured. Senders may go on meanwhile."""
    connections.close_all()  # the fault may have broken them
    sent = list(Delivery.objects.outside().filter(state=DeliveryState.SENT).select_related("bundled_into"))
    receipts = world.sink.receipts()  # read after the rows: each of those has arrived by now
    arrived = Counter(receipt["message_id"] for receipt in receipts)
    violations = [
        *_broken_invariants(world),
        *_doubled_or_lost_firings(),
        *_lost_messages(sent, arrived),
        *_alerted_again(receipts),
    ]
    fired = Deadline.objects.filter(state=DeadlineState.FIRED)
    lateness = fired.aggregate(worst=Max(F("entry__at") - F("due_at")))["worst"]
    states = Delivery.objects.outside().order_by("state").values_list("state").annotate(Count("pk"))
    figures = {
        "fired": fired.count(),
        "lateness_max_seconds": round(lateness.total_seconds(), 2) if lateness else None,
        "messages_received": sum(arrived.values()),
        "repeats_flagged": sum(times - 1 for times in arrived.values() if times > 1),
        "deliveries_by_state": dict(states),
    }
    return Report(violations, figures)


def _broken_invariants(world: World) -> list[str]:
    """The product's own judgement, with what arrived here as evidence for I7 and I8."""
    done = world.run("manage.py", "check_invariants", "--full", "--json", "--receipts", str(world.sink.path))
    try:
        outcomes = json.loads(done.stdout)
    except ValueError:
        return [f"check_invariants failed: {done.stderr[-1000:]}"]
    return [f"{code}: {found['broken']}" for code, found in outcomes.items() if not found["holds"]]


def _doubled_or_lost_firings() -> list[str]:
    """Each deadline that fired has exactly one entry that names it, and no other deadline has any."""
    named = Counter(Entry.objects.filter(kind__in=MISSED).order_by().values_list("data__deadline", flat=True))
    fired = set(Deadline.objects.filter(state=DeadlineState.FIRED).values_list("pk", flat=True))
    return [
        *(f"doubled: deadline {pk} fired {times} times" for pk, times in named.items() if times > 1),
        *(f"deadline {pk} fired without a word" for pk in fired - named.keys()),
        *(f"deadline {pk} is in the journal and did not fire" for pk in named.keys() - fired),
    ]


def _lost_messages(sent: list[Delivery], arrived: Counter[str]) -> list[str]:
    """What is recorded as sent has arrived, by itself or in the message into which it was bundled."""
    return [
        f"lost: {row} is recorded as sent and never arrived"
        for row in sent
        if not arrived[(row.bundled_into or row).message_id]
    ]


def _alerted_again(receipts: list[dict[str, Any]]) -> list[str]:
    """Whatever may have arrived comes once more at most, by itself or in another's message, and that one says so."""
    times = Counter[Telling]()
    violations = []
    for receipt, others in tellings(receipts):
        things = [(None, receipt["message_id"]), *others]
        times.update(things)
        again = [thing for thing in things if times[thing] > 1]
        if again and not receipt["repeat"]:
            violations.append(f"{again} came again and did not say that it may be a repeat")
    return violations + [f"told {number} times: {thing}" for thing, number in times.items() if number > 2]


def tellings(receipts: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], list[Telling]]]:
    """With each message: what it tells of, at which contact point. A message may carry many deliveries."""
    rows = Delivery.objects.outside().select_related("entry")
    contacts = {row.message_id: row.contact_id for row in rows}
    for receipt in receipts:
        contact = contacts.get(receipt["message_id"])
        yield receipt, [(contact, item) for item in _items(receipt)]


def _items(receipt: dict[str, Any]) -> list[str]:
    """The entries that an event names; of a mail, every alert that can be acknowledged."""
    if receipt["kind"] == "post":
        return [f"entry {entry['id']}" for entry in json.loads(receipt["text"])["data"]["entries"]]
    blocks = "\n".join(receipt["text"].splitlines()).split("\n\n")
    return [
        f"{block.strip().splitlines()[0].lstrip('0123456789. ')} ({link[1]})"
        for block in blocks
        if (link := LINK.search(block))
    ]
