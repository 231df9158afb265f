"""Entries that are recorded together are chained like those recorded one by one."""

from __future__ import annotations

import pytest
from django.db import transaction

from journal.actions import record, together
from journal.models import Entry, Stream
from journal.verification import breaks
from notifications.models import Delivery

pytestmark = pytest.mark.django_db


def note(stream: str, actor, **facts):
    return record(stream=stream, kind="incident.acknowledged", actor=actor, **facts)


def test_they_get_number_key_and_deliveries_when_the_block_ends(alice, bob):
    with transaction.atomic(), together():
        entries = [note(stream, alice, audience=[bob]) for stream in ("b", "a", "b")]
        assert not Entry.objects.exists()
    assert [(entry.stream_id, entry.seq) for entry in entries] == [("b", 1), ("a", 1), ("b", 2)]
    assert Entry.objects.filter(pk__in=[entry.pk for entry in entries]).count() == 3
    assert Delivery.objects.filter(person=bob, channel="in_app").count() == 3
    assert breaks() == []
    note("b", alice)
    assert Stream.objects.get(pk="b").last_seq == 3
    assert breaks() == []


def test_nothing_is_written_when_the_block_fails(alice):
    def fail() -> None:
        with transaction.atomic(), together():
            note("a", alice)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert not Entry.objects.exists()
    note("a", alice)  # and what follows is recorded at once again
    assert Entry.objects.count() == 1
