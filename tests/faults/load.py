"""People at work: `python -m tests.faults.load FIGURES SECONDS SEED RATE` logs incidents and acknowledges some.

Every change goes through the real actions, in a process of its own with the installation's own hints. What the
database refuses while it is away is tried again, as a person would.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import django

django.setup()

from django.db import InterfaceError, OperationalError, connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from common.errors import ActionRefused  # noqa: E402
from escalations.actions import arm  # noqa: E402
from incidents.actions import acknowledge, lock_incident, log_incident  # noqa: E402
from incidents.actions.lifecycle import ACKNOWLEDGE, LEVEL_BEFORE_TRIAGE  # noqa: E402
from incidents.models import Incident  # noqa: E402
from people.models import Brand, User  # noqa: E402

LEAST = 8  # incidents: a busy machine takes longer, and tests the same


@transaction.atomic
def log_with_short_deadline(actor: User, brand: Brand, title: str, seconds: float) -> Incident:
    """Log an incident whose acknowledgement is due in `seconds`, instead of after the policy's whole minutes."""
    incident = lock_incident(log_incident(actor=actor, brand=brand, title=title).pk)
    arm(
        subject=incident,
        purpose=ACKNOWLEDGE,
        level=LEVEL_BEFORE_TRIAGE,
        since=incident.detected_at,
        due_at=timezone.now() + timedelta(seconds=seconds),
    )
    return incident


def work(seconds: float, seed: int, rate: float) -> dict[str, float]:
    """Returns what was done, what was refused, and how long the slowest action took."""
    dice, done, slowest = random.Random(seed), Counter[str](), 0.0
    unacknowledged: list[int] = []
    end, people = time.monotonic() + seconds, None
    while time.monotonic() < end or done["logged"] < LEAST:
        began = time.monotonic()
        try:
            if people is None:
                people = (
                    User.objects.get(email="alice@example.com"),
                    User.objects.get(email="bob@example.com"),
                )
                brand = Brand.objects.get()
            if unacknowledged and dice.random() < 0.35:
                number = unacknowledged.pop(dice.randrange(len(unacknowledged)))
                acknowledge(incident=Incident.objects.get(pk=number), actor=people[1])
                done["acknowledged"] += 1
            else:
                title = f"Incident {done['logged']} of seed {seed}"
                unacknowledged.append(
                    log_with_short_deadline(people[0], brand, title, dice.uniform(0.2, 4)).pk
                )
                done["logged"] += 1
        except ActionRefused:
            done["refused"] += 1
        except (OperationalError, InterfaceError):
            done["database_away"] += 1
            connection.close()
            time.sleep(0.2)
        slowest = max(slowest, time.monotonic() - began)
        time.sleep(dice.expovariate(rate))
    return {**done, "slowest_action_seconds": round(slowest, 3)}


if __name__ == "__main__":
    figures, seconds, seed, rate = sys.argv[1:]
    Path(figures).write_text(json.dumps(work(float(seconds), int(seed), float(rate))))
