"""Two ways to build this wrongly, as programs: `python -m tests.faults.mutants sender|engine`.

`sender` records that a message is sent before it sends it. `engine` fires without the subject's lock and without
looking whether the deadline is still armed. The fault tests let them loose to see that the checker notices.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time

import django

django.setup()

from django.db import transaction  # noqa: E402
from django.db.models.functions import Now  # noqa: E402

from escalations import purposes  # noqa: E402
from escalations.missed import record_missed  # noqa: E402
from escalations.models import Deadline, DeadlineState, Heartbeat  # noqa: E402
from notifications import channels, delivery  # noqa: E402
from notifications.actions import alert  # noqa: E402
from notifications.leasing import lease_due  # noqa: E402
from notifications.wording import compose  # noqa: E402


def send_after_recording() -> None:
    """Everything as it should be, but for the order of the last two steps; killed now and then in between."""
    while True:
        for row in lease_due():
            begun = delivery._begin(row)
            if begun is None:
                continue
            attempt, rows = begun
            delivery._end(row, attempt, None)
            if random.random() < 0.3:
                os.kill(os.getpid(), signal.SIGKILL)
            channels.send(row.channel, row.contact.config, compose(rows, possible_repeat=False))
        time.sleep(0.1)


def fire_unguarded() -> None:
    """Looks what is due, and fires it some milliseconds later, whatever has become of it."""
    Heartbeat.objects.create(process=f"mutant-{os.getpid()}", last_tick_at=Now())
    while True:
        for deadline in Deadline.objects.due().select_related("content_type", "acknowledged_by"):
            with transaction.atomic():
                purpose = purposes.get(deadline.purpose)
                subject = purpose.model._default_manager.get(pk=deadline.object_id)
                time.sleep(0.02)
                entry = record_missed(purpose, subject, deadline)
                alert([entry])
                Deadline.objects.filter(pk=deadline.pk, state=DeadlineState.ARMED).update(
                    state=DeadlineState.FIRED, fired_at=Now(), entry=entry
                )
        time.sleep(0.1)


if __name__ == "__main__":
    {"sender": send_after_recording, "engine": fire_unguarded}[sys.argv[1]]()
