"""A deadline waits neither for a mail server that hangs nor for an import: queues and workers of their own."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.conf import settings
from django.db.models.functions import Now
from django.utils import timezone

from common.hints import wake
from demo.supervisor import QUEUES, worker_arguments
from escalations.models import Deadline, DeadlineState, Heartbeat
from incidents import actions
from notifications.models import Delivery
from operations.tasks import WORKER
from people.models import DutyShift
from tests.pace import PATIENCE_SECONDS, Pace
from tests.processes import running, wait_until

# What has a queue of its own; everything else shares the third.
OWN_QUEUE = {"escalations": "engine", "notifications": "deliveries"}
QUEUE_OF_TASK = {
    "monitoring.tasks.carry_on_import": "imports",
    "monitoring.tasks.understand": "understanding",
    "monitoring.tasks.fit_own_heads": "understanding",
}


def test_every_task_has_its_queue() -> None:
    current_app.loader.import_default_modules()
    names = [name for name in current_app.tasks if not name.startswith("celery.")]
    assert names
    for name in names:
        queue = current_app.amqp.router.route({}, name)["queue"].name
        expected = QUEUE_OF_TASK.get(name) or OWN_QUEUE.get(name.partition(".")[0], "default")
        assert queue == expected, name


def test_the_demo_starts_a_worker_for_every_queue() -> None:
    assert set(QUEUES) == set(settings.QUEUES) == {queue.name for queue in current_app.amqp.queues.values()}


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
@pytest.mark.calendar
def test_a_deadline_waits_for_no_message(incident: Any, bob: Any, tmp_path: Path, pace: Pace) -> None:
    """The sender hangs on a mail server that takes calls and says nothing, and hints for it pile up."""
    now = timezone.now()
    DutyShift.objects.create(role="CL", user=bob, starts_at=now, ends_at=now + timedelta(hours=1))
    actions.log_incident(actor=incident.logged_by, brand=incident.brand, title="Another")
    with socket.create_server(("127.0.0.1", 0)) as silent, ExitStack() as stack:
        mail = f"smtp://127.0.0.1:{silent.getsockname()[1]}"
        for queue in ("engine", "deliveries"):
            command = ["-m", "celery", "-A", "crisis", *worker_arguments(queue)]
            stack.enter_context(running(*command, log=tmp_path / f"{queue}.log", EMAIL_URL=mail))
        for queue in ("engine", "deliveries"):
            pulse = {"queue": queue, "expires": PATIENCE_SECONDS}
            current_app.send_task("operations.tasks.pulse", **pulse)
            wait_until(lambda queue=queue: Heartbeat.objects.filter(process=WORKER.format(queue)).exists())
        wait_until(the_sender_hangs)
        Deadline.objects.of(incident).armed().update(due_at=Now())
        began = time.monotonic()
        wake("escalations.tasks.fire_due", expires=PATIENCE_SECONDS)
        wait_until(lambda: Deadline.objects.of(incident).filter(state=DeadlineState.FIRED).exists())
        assert time.monotonic() - began < pace.limit(5)
        silent.close()  # so that the sender ends at once when it is stopped


def the_sender_hangs() -> bool:
    """Is it on the line with the mail server? If not, there is something to send at once, and a hint that says so."""
    waiting = Delivery.objects.filter(state="pending").update(available_at=Now())
    if waiting:
        wake("notifications.tasks.deliver", expires=PATIENCE_SECONDS)
    return Delivery.objects.filter(state="leased", started_at__isnull=False).exists()
