"""Rows that cannot work, and other sides that misbehave (rows 19 to 21)."""

from __future__ import annotations

import time
from collections import Counter

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from escalations.models import Deadline, DeadlineState
from journal.models import Entry
from notifications.models import ContactPoint, Delivery, DeliveryState
from people.models import User
from tests.faults.acts import log
from tests.faults.checker import tellings
from tests.faults.world import World
from tests.processes import wait_until

pytestmark = [pytest.mark.faults, pytest.mark.processes]
SECRET = "whsec_" + "c2VjcmV0LW9mLXRoZS1mYXVsdC10ZXN0cw=="


@pytest.mark.faults_short
def test_row_19_what_cannot_fire_or_be_sent(world: World, must_hold, full: bool) -> None:
    """A deadline with nonsense in it and a message that nobody can read: all others go their way, both are seen."""
    bad = Deadline.objects.of(log("Poison", due_in=-1)).armed().get()
    Deadline.objects.filter(pk=bad.pk).update(steps=[{**bad.steps[0], "tell": ["nonsense"]}])
    poisoned = ContactPoint.objects.create(person=User.objects.get(email="dave@example.com"), kind="webhook")
    ContactPoint.objects.filter(pk=poisoned.pk).update(verified_at=Now(), sealed="not what the key opens")
    good = [log(f"Incident {number}", due_in=number / 5) for number in range(10)]
    for what in ("worker", "beat"):
        world.start(what)
    fired = Deadline.objects.filter(state=DeadlineState.FIRED, step=0)
    wait_until(lambda: fired.count() == len(good))
    wait_until(lambda: Entry.objects.filter(kind="engine.deadline_failed").exists() or not full)
    dead = Delivery.objects.filter(contact=poisoned, state=DeliveryState.DEAD)
    wait_until(dead.exists)
    bad.refresh_from_db()
    assert bad.state == DeadlineState.ARMED
    assert bad.failures
    assert bad.last_error == "ValueError"
    assert Entry.objects.filter(kind="notification.undelivered").exists()
    cured = [{**bad.steps[0], "tell": ["role:CL"]}]
    Deadline.objects.filter(pk=bad.pk).update(steps=cured, next_try_at=Now())
    world.settle()
    must_hold(poison_failures=bad.failures)


@pytest.mark.parametrize("mode", ["hang", "500", "429"])
def test_row_20_the_other_side_is_ill(world: World, must_hold, pace, mode: str) -> None:
    """Mail goes out on time while a webhook is ill, and the webhook has everything once it is well again."""
    webhook_of("bob@example.com", world)
    for what in ("engine", "sender", "beat"):
        world.start(what)
    world.sink.http_mode = mode
    began = time.monotonic()
    for number in range(5):
        log(f"Incident {number}", due_in=number)
    mails = 2 * 5
    wait_until(lambda: len(world.sink.receipts("mail")) >= mails)
    mail_seconds = round(time.monotonic() - began, 2)
    wait_until(lambda: world.sink.refused["http"] or world.sink.receipts("post"))
    time.sleep(25)
    tries = world.sink.refused["http"] + len(world.sink.receipts("post"))
    world.sink.http_mode = "ok"
    world.settle()
    report = must_hold(latest=15, mails_after_seconds=mail_seconds, tries_while_ill=tries)
    assert mail_seconds <= pace.limit(15)
    assert report.figures["deliveries_by_state"].keys() <= {"sent", "uncertain", "cancelled"}
    if mode != "hang":
        assert report.figures["repeats_flagged"] == 0


@pytest.mark.parametrize("side", ["mail", "post"])
def test_row_21_accepted_and_hung_up(world: World, must_hold, side: str) -> None:
    """Whether it arrived is unknown: it comes once more and says so, and then a person must look."""
    if side == "post":
        webhook_of("bob@example.com", world)
        world.sink.http_mode = "drop"
    else:
        world.sink.mode = "drop"
    log()
    for what in ("worker", "beat"):
        world.start(what)
    wait_until(lambda: Delivery.objects.filter(state=DeliveryState.UNCERTAIN).exists())
    world.settle()
    must_hold()
    receipts = world.sink.receipts(side)
    times = Counter(telling for _receipt, items in tellings(receipts) for telling in items)
    assert set(times.values()) == {2}, "by itself or in another's message"
    uncertain = Delivery.objects.filter(state=DeliveryState.UNCERTAIN)
    assert len(times) == uncertain.count()
    arrived = Counter(receipt["message_id"] for receipt in receipts)
    assert all(row.attempts.count() == arrived[row.message_id] for row in uncertain)


def webhook_of(email: str, world: World) -> ContactPoint:
    """A verified webhook of the person, at the sink."""
    contact = ContactPoint(person=User.objects.get(email=email), kind="webhook", verified_at=timezone.now())
    contact.config = {"url": f"{world.sink.http_url}/hook", "secret": SECRET}
    contact.save()
    return contact
