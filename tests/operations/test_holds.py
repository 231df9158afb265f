"""A restored backup: the engine waits for somebody's word, says so, and floods nobody afterwards."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from common.errors import ActionRefused, NotAllowed
from crisis.celery import look_before_sending
from escalations import engine, engine_hold
from escalations.models import Deadline, DeadlineState, Heartbeat, Hold
from incidents import actions as incidents
from incidents.models import Incident
from journal.models import Entry
from notifications.delivery import deliver_pending
from notifications.models import Delivery
from notifications.tasks import deliver
from people.models import CrisisRole, DutyShift, User
from tests.pace import PATIENCE_SECONDS

pytestmark = [pytest.mark.calendar, pytest.mark.django_db]

YESTERDAY = timedelta(hours=20)


def silent(**since: float) -> None:
    """As though the engine had last ticked then; other processes live on."""
    for process in ("engine", "watchdog-firing"):
        at = Now() - timedelta(**since)
        Heartbeat.objects.update_or_create(
            process=process, defaults={"last_tick_at": at, "last_clean_tick_at": at}
        )
    engine.beat("beat", clean=True)
    engine.beat("watchdog", clean=True)


def fall_due(incident: Incident) -> None:
    Deadline.objects.of(incident).armed().update(due_at=Now() - timedelta(minutes=1))


def fired(incident: Incident) -> bool:
    return Deadline.objects.of(incident).filter(state=DeadlineState.FIRED).exists()


def entries(kind: str) -> list[Entry]:
    return list(Entry.objects.filter(stream="engine", kind=kind))


@pytest.fixture
def restored(incident: Incident, bob: User, admin: User) -> Incident:
    """Yesterday's dump: a deadline is due, and a message to Bob waits that he may have had yesterday."""
    now = timezone.now()
    DutyShift.objects.create(role=CrisisRole.CRISIS_LEAD, user=bob, starts_at=now, ends_at=now + YESTERDAY)
    incidents.log_incident(actor=incident.logged_by, brand=incident.brand, title="Another")
    assert Delivery.objects.filter(person=bob, channel="email", state="pending").exists()
    Delivery.objects.filter(state="pending").update(available_at=Now())
    fall_due(incident)
    silent(minutes=11)
    return incident


def test_it_opens_a_hold_and_tells_who_must_know_at_once(
    restored: Incident, bob: User, admin: User, settings: Any
) -> None:
    assert engine.tick() == 0
    assert not fired(restored)
    (entry,) = entries("engine.held")
    assert entry.audience == sorted([bob.pk, admin.pk])
    assert entry.urgency == "now"
    assert "continues by itself" in entry.sentence
    hold = Hold.objects.get()
    assert hold.ends_at - hold.began_at == timedelta(minutes=settings.HOLD_MINUTES)
    assert deliver_pending() == 2
    sent = Delivery.objects.exclude(channel="in_app").filter(state="sent")
    assert {row.entry.kind for row in sent} == {"engine.held"}


def test_an_engine_that_has_just_ticked_fires(restored: Incident) -> None:
    silent(minutes=9)
    assert engine.tick() == 1
    assert not Hold.objects.exists()


def test_a_first_start_is_no_restored_backup(restored: Incident) -> None:
    Heartbeat.objects.all().delete()
    assert engine.tick() == 1


def test_with_nothing_due_there_is_nothing_to_ask(restored: Incident) -> None:
    Deadline.objects.armed().update(due_at=Now() + timedelta(hours=1))
    assert engine.tick() == 0
    assert not Hold.objects.exists()
    fall_due(restored)
    assert engine.tick() == 1


def test_whoever_sends_looks_before_the_engine_has_ticked(restored: Incident) -> None:
    look_before_sending(task=deliver)
    assert Hold.objects.exists()


def test_an_administrator_lets_it_go_on(restored: Incident, admin: User, bob: User) -> None:
    engine.tick()
    with pytest.raises(NotAllowed):
        engine_hold.release(actor=bob)
    engine_hold.release(actor=admin)
    assert engine.tick() == 1
    assert fired(restored)
    hold = Hold.objects.get()
    assert hold.ended_by == admin
    assert hold.ended_at
    assert [entry.actor for entry in entries("engine.released")] == [admin]
    with pytest.raises(ActionRefused):
        engine_hold.release(actor=admin)
    deliver_pending()
    assert not Delivery.objects.filter(state="pending", available_at__lte=Now()).exists()


def test_silence_is_worse_than_a_repeat(restored: Incident) -> None:
    engine.tick()
    Hold.objects.update(ends_at=Now() - timedelta(seconds=1))
    assert engine.tick() == 1
    assert len(entries("engine.hold_lapsed")) == 1
    assert Hold.objects.get().ended_by is None
    assert len(entries("engine.held")) == 1  # its ticks are its heartbeat: it does not hold again


def test_what_has_expired_becomes_one_notice_for_each_person(
    restored: Incident, bob: User, admin: User
) -> None:
    for number in range(5):
        incidents.log_incident(actor=restored.logged_by, brand=restored.brand, title=f"Yesterday {number}")
    Delivery.objects.exclude(channel="in_app").update(expires_at=Now() - timedelta(hours=1))
    late = Delivery.objects.filter(state="pending").count()
    assert late >= 6
    engine.tick()
    engine_hold.release(actor=admin)
    assert Delivery.objects.filter(state="dead", last_error__startswith="expired while").count() == late
    (notice,) = Entry.objects.filter(kind="notification.expired_together")
    assert notice.data["count"] == late
    assert bob.pk in notice.audience
    assert Delivery.objects.filter(entry=notice, person=bob, channel="in_app").count() == 1
    assert not Entry.objects.filter(kind="notification.undelivered").exists()


def test_what_a_dead_sender_had_leased_waits_too(restored: Incident, bob: User) -> None:
    row = Delivery.objects.filter(person=bob, channel="email", state="pending").first()
    lease = {
        "state": "leased",
        "lease_token": "0" * 32,
        "lease_until": Now() - YESTERDAY,
        "started_at": Now(),
    }
    Delivery.objects.filter(pk=row.pk).update(**lease)
    engine.tick()
    deliver_pending()
    row.refresh_from_db()
    assert row.state == "leased"
    assert row.attempt_count == 0


def test_whoever_starts_it_on_purpose_is_not_held(restored: Incident, capsys: Any) -> None:
    call_command("release_hold")
    assert capsys.readouterr().out.strip() == "The engine goes on."
    assert engine.tick() == 1
    assert not Hold.objects.filter(ended_at=None).exists()
    assert entries("engine.held")[0].audience == []
    call_command("release_hold")
    assert capsys.readouterr().out.strip() == "The engine is not held."


def test_the_page_shows_what_is_due_and_asks(restored: Incident, admin: User, client: Any) -> None:
    engine.tick()
    client.force_login(admin)
    page = client.get(reverse("engine")).content.decode()
    assert "Release the hold?" in page
    assert f"incident {restored.pk}" in page
    assert restored.title not in page  # it might be none of an administrator's business
    assert "The escalation engine is held" in page
    client.post(reverse("engine-release"))
    page = client.get(reverse("engine")).content.decode()
    assert "Release the hold?" not in page
    client.post(reverse("engine-release"))
    assert len(entries("engine.released")) == 1


def test_a_hold_that_another_opens_meanwhile_is_seen(
    restored: Incident, monkeypatch: pytest.MonkeyPatch
) -> None:
    was_silent = engine_hold._was_silent

    def ask_just_after_another_has_opened_it() -> bool:
        monkeypatch.setattr(engine_hold, "_was_silent", was_silent)
        assert engine_hold.open_if_silent()
        return was_silent()

    monkeypatch.setattr(engine_hold, "_was_silent", ask_just_after_another_has_opened_it)
    assert engine.tick() == 0
    assert Hold.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_workers_that_start_at_once_one_opens_it(restored: Incident, admin: User) -> None:
    counts = at_once(engine.tick, 6)
    assert counts == [0] * 6
    assert Hold.objects.count() == len(entries("engine.held")) == 1
    Hold.objects.update(ends_at=Now() - timedelta(seconds=1))
    counts = at_once(engine.tick, 6)
    assert sum(counts) == 1
    assert Hold.objects.count() == len(entries("engine.hold_lapsed")) == 1


def at_once(work: Callable[[], int], number: int) -> list[int]:
    barrier = threading.Barrier(number)
    results: list[int] = []

    def run() -> None:
        try:
            barrier.wait()
            results.append(work())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    return results
