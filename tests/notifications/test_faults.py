"""Several senders at once, and senders that are killed: nothing is lost, and a repeat is marked."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest
from django.db import connection, transaction

from journal.models import Stream
from notifications import channels
from notifications.delivery import deliver, deliver_pending
from notifications.leasing import lease_due
from notifications.models import Attempt, Delivery, DeliveryState
from tests.factories import UserFactory
from tests.notifications.conftest import by_mail, make_available
from tests.pace import PATIENCE_SECONDS
from tests.processes import ROOT, environment

pytestmark = pytest.mark.django_db(transaction=True)


def in_threads(work, number: int = 2) -> list:
    barrier = threading.Barrier(number)
    results: list = []

    def run() -> None:
        barrier.wait()
        try:
            results.append(work())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert len(results) == number
    return results


def test_two_senders_never_lease_the_same(alert):
    for number in range(40):
        alert(to=[UserFactory()], stream=f"incident-{number}")

    def lease_all() -> list[int]:
        mine: list[int] = []
        while rows := lease_due():
            mine += [row.pk for row in rows]
        return mine

    first, second = in_threads(lease_all)
    assert not set(first) & set(second)
    assert len(first) + len(second) == 40


def test_several_senders_send_everything_once(mailbox, alert):
    for number in range(30):
        alert(to=[UserFactory()], about=f"Number {number}", stream=f"incident-{number}")
    in_threads(deliver_pending, 3)
    assert len(mailbox.mails) == 30
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == 30


def test_giving_up_makes_way_for_an_action_on_the_incident(mailbox, alert):
    """The one who acts holds the stream and wants the delivery; the sender must not wait the other way round."""
    mailbox.mode = "refuse"
    entry = alert()
    row = lease_due()[0]
    with transaction.atomic():
        Stream.objects.select_for_update().get(pk=entry.stream_id)
        in_threads(lambda: deliver(row), 1)
        Delivery.objects.select_for_update().get(pk=row.pk)
    assert by_mail(entry).state == DeliveryState.PENDING
    make_available(entry)
    deliver_pending()
    assert by_mail(entry).state == DeliveryState.DEAD


def test_late_answer_does_not_overwrite_another_workers_result(mailbox, alert, monkeypatch):
    entry = alert()
    row = lease_due()[0]
    send = channels.send

    def slow(*arguments, **named):
        send(*arguments, **named)
        make_available(entry)
        assert lease_due()[0].pk == row.pk  # somebody else takes over while this one still waits
        connection.close()

    monkeypatch.setattr(channels, "send", slow)
    deliver(row)
    after = by_mail(entry)
    assert (after.state, after.ambiguous_count) == (DeliveryState.LEASED, 1)
    assert "another worker" in Attempt.objects.get(delivery=row).outcome


def kill_a_sender(mailbox, failpoint: str) -> None:
    """Run the sending task in a process of its own that is killed at `failpoint`."""
    program = "import django; django.setup(); from notifications.tasks import deliver; deliver()"
    killed = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment(FAILPOINT=failpoint, EMAIL_URL=f"smtp://127.0.0.1:{mailbox.port}"),
        capture_output=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert killed.returncode == -9, killed.stderr.decode()


@pytest.mark.processes
@pytest.mark.parametrize(("failpoint", "arrived"), [("before_send", 0), ("after_send", 1)])
def test_a_killed_sender_leads_to_one_marked_repeat(mailbox, alert, failpoint, arrived):
    entry = alert()
    kill_a_sender(mailbox, failpoint)
    assert len(mailbox.mails) == arrived
    assert by_mail(entry).state == DeliveryState.LEASED
    assert deliver_pending() == 0  # the lease still runs: it might be alive
    make_available(entry)
    assert deliver_pending() == 1
    row = by_mail(entry)
    assert (row.state, row.ambiguous_count, row.attempt_count) == (DeliveryState.SENT, 1, 2)
    assert len(mailbox.mails) == arrived + 1
    assert "Possible repeat" in mailbox.text()
    assert deliver_pending() == 0


@pytest.mark.processes
def test_killed_twice_a_person_must_look(mailbox, alert):
    entry = alert()
    for _ in range(2):
        kill_a_sender(mailbox, "after_send")
        make_available(entry)
    deliver_pending()
    assert by_mail(entry).state == DeliveryState.UNCERTAIN
    assert len(mailbox.mails) == 2
