"""Bundles while somebody acts, while others lease, and while a sender dies."""

from __future__ import annotations

import json
import threading

import pytest
from django.db import connection
from django.db.models.functions import Now

from journal.actions import supersede
from journal.models import Urgency
from notifications.delivery import deliver, deliver_pending
from notifications.leasing import lease_due, release_orphans
from notifications.models import Delivery, DeliveryState
from tests.notifications.test_faults import in_threads

pytestmark = pytest.mark.django_db(transaction=True)


def rows_of(*entries):
    return {row.entry_id: row for row in Delivery.objects.filter(entry__in=entries, channel="webhook")}


def sent_to(sink) -> list[int]:
    """The entries that the receiver has read of."""
    return [
        entry["id"]
        for _path, _headers, body in sink.received
        for entry in json.loads(body)["data"]["entries"]
    ]


@pytest.fixture(autouse=True)
def no_rate_limit(settings):
    settings.NOTIFICATION_QUOTA_PERSON = settings.NOTIFICATION_QUOTA_EVERYBODY = 10_000


def bundled(alert, name: str):
    """Two rows of two incidents in one leased message."""
    entries = [alert(urgency=Urgency.SOON, stream=f"{name}-{part}") for part in "ab"]
    Delivery.objects.filter(entry=entries[0], channel="webhook").update(available_at=Now())
    (lead,) = lease_due()
    assert rows_of(*entries)[entries[1].pk].state == DeliveryState.BUNDLED
    return lead, entries


@pytest.mark.parametrize("which", [0, 1], ids=["lead", "other"])
def test_withdrawn_during_sending_is_left_out_or_recorded_as_sent(webhook, sink, alert, which):
    """What was told was told, what was stopped was not: whoever of the two comes first, the record is true."""
    outcomes = set()
    for number in range(25):
        lead, entries = bundled(alert, f"round-{number}")
        barrier = threading.Barrier(2)

        def send(lead=lead, barrier=barrier) -> None:
            barrier.wait()
            deliver(lead)

        def act(entries=entries, barrier=barrier) -> None:
            barrier.wait()
            supersede(entry_ids=[entries[which].pk])

        work = iter([send, act])
        in_threads(lambda work=work: next(work)(), 2)
        deliver_pending()
        rows = rows_of(*entries)
        for entry in entries:
            assert (rows[entry.pk].state == DeliveryState.SENT) == (sent_to(sink).count(entry.pk) == 1), rows
        assert rows[entries[1 - which].pk].state == DeliveryState.SENT
        outcomes.add(rows[entries[which].pk].state)
    assert outcomes <= {DeliveryState.SENT, DeliveryState.CANCELLED}
    assert len(sent_to(sink)) == len(set(sent_to(sink))), "nothing twice"


def test_several_workers_send_each_thing_once_in_few_messages(webhook, sink, alert):
    entries = [alert(urgency=Urgency.SOON, stream=f"incident-{number}") for number in range(60)]
    Delivery.objects.filter(state=DeliveryState.PENDING).update(available_at=Now())
    in_threads(deliver_pending, 4)
    deliver_pending()
    assert sorted(sent_to(sink)) == [entry.pk for entry in entries]
    assert len(sink.received) <= 2


def test_two_workers_do_not_send_two_urgent_ones_at_once(webhook, sink, alert):
    for _round in range(5):
        alert(), alert()
        in_threads(deliver_pending, 3)
    assert len(sink.received) == 1  # the others wait for the rest of the minute
    assert Delivery.objects.filter(state=DeliveryState.PENDING, available_at__gt=Now()).count() == 8


def test_next_worker_sends_the_whole_bundle_of_a_dead_one(webhook, sink, alert):
    lead, entries = bundled(alert, "dead")
    Delivery.objects.filter(pk=lead.pk).update(lease_until=Now())
    deliver_pending()
    assert sorted(sent_to(sink)) == [entry.pk for entry in entries]


def test_bundled_into_an_ended_message_goes_out_by_itself(webhook, sink, alert):
    lead, entries = bundled(alert, "ended")
    Delivery.objects.filter(pk=lead.pk).update(state=DeliveryState.DEAD, lease_token=None, lease_until=None)
    release_orphans()
    deliver_pending()
    assert sent_to(sink) == [entries[1].pk]
    connection.close()
