"""`GET /metrics`: for a token or an administrator, quick however much there ever was, and true."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from escalations import engine
from escalations.models import Deadline, Hold
from journal.models import Entry
from notifications.models import Delivery
from operations.models import Violation

pytestmark = [pytest.mark.calendar, pytest.mark.django_db]
TOKEN = "scraper-" * 5


@pytest.fixture(autouse=True)
def token(settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN


def scrape(**headers: str) -> Any:
    return Client().get(reverse("metrics"), headers=headers)


def samples() -> dict[str, float]:
    """Every sample by its name and labels."""
    answer = scrape(authorization=f"Bearer {TOKEN}")
    assert answer.status_code == 200
    return {
        ",".join(
            [sample.name, *(f"{key}={value}" for key, value in sorted(sample.labels.items()))]
        ): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def test_the_token_lets_in_without_a_session() -> None:
    answer = scrape(authorization=f"Bearer {TOKEN}", accept="text/plain")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "sessionid" not in answer.cookies


@pytest.mark.parametrize(
    "given", ["Bearer wrong", f"Basic {TOKEN}", TOKEN, "Bearer ", f"Bearer {TOKEN}x", "Bearer ü"]
)
def test_another_token_does_not(given: str) -> None:
    answer = Client().get(reverse("metrics"), HTTP_AUTHORIZATION=given)
    assert answer.status_code == 401
    assert "crisis_" not in answer.content.decode()
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_without_a_configured_token_no_token_is_right(settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    assert scrape(authorization="Bearer ").status_code == 401


def test_only_administrators_see_it_when_they_are_signed_in(settings: Any, admin: Any, bob: Any) -> None:
    settings.METRICS_TOKEN = ""
    client = Client()
    assert client.get(reverse("metrics")).status_code == 302
    client.force_login(bob)
    assert client.get(reverse("metrics")).status_code == 403
    client.force_login(admin)
    assert client.get(reverse("metrics")).status_code == 200


def test_it_says_how_late_deadlines_were(incident: Any, bob: Any) -> None:
    Deadline.objects.of(incident).update(due_at=Now() - timedelta(seconds=12))
    engine.tick()
    fired = Deadline.objects.of(incident).get(step=0)
    lateness = (fired.fired_at - fired.due_at).total_seconds()
    late = {
        key.partition(",le=")[2]: value
        for key, value in samples().items()
        if "lateness_seconds_bucket" in key
    }
    assert late == {bound: lateness <= float(bound) for bound in late}
    assert late["10.0"] == 0
    assert samples()["crisis_deadline_lateness_seconds_gsum"] == pytest.approx(lateness, abs=1)


def test_it_says_what_is_due_and_what_became_of_messages(incident: Any, admin: Any) -> None:
    began = time.monotonic()
    Deadline.objects.of(incident).update(due_at=Now() - timedelta(seconds=30))
    found = samples()
    assert found["crisis_deadlines_due"] == 1
    assert 30 <= found["crisis_deadline_oldest_due_seconds"] <= 30 + time.monotonic() - began
    engine.tick()
    found = samples()
    assert found["crisis_deadlines_due"] == found["crisis_deadline_oldest_due_seconds"] == 0
    for channel, state in (("in_app", "sent"), ("email", "pending")):
        rows = Delivery.objects.filter(channel=channel, state=state).count()
        assert found[f"crisis_deliveries,channel={channel},state={state}"] == rows > 0
    for age in ("crisis_heartbeat_age_seconds", "crisis_heartbeat_clean_age_seconds"):
        assert found[f"{age},process=engine"] <= time.monotonic() - began


def test_it_says_what_waits_longer_than_the_window(incident: Any, admin: Any) -> None:
    Deadline.objects.of(incident).update(due_at=Now() - timedelta(seconds=1))
    engine.tick()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL session_replication_role = replica")
        Entry.objects.update(at=Now() - timedelta(hours=2))
        cursor.execute("SET LOCAL session_replication_role = origin")
    found = samples()
    waiting = Delivery.objects.filter(state="pending").count()
    assert found["crisis_deliveries,channel=email,state=pending"] == waiting > 0
    assert "crisis_deliveries,channel=in_app,state=sent" not in found


def test_it_says_what_is_held_and_broken(db: None) -> None:
    assert samples()["crisis_hold_open"] == 0
    Hold.objects.create(silent_since=timezone.now(), ends_at=Now() + timedelta(minutes=15))
    Violation.objects.create(invariant="I6", what="somebody")
    Violation.objects.create(invariant="I6", what="somebody else")
    found = samples()
    assert found["crisis_hold_open"] == found["crisis_holds"] == 1
    assert found["crisis_invariant_violations,invariant=I6"] == 2


MANY = 60_000
HISTORY = """
    INSERT INTO journal_stream (name, last_seq, last_hash) VALUES ('history', {many}, 'x');
    INSERT INTO journal_entry (id, stream_id, seq, kind, at, data, path, audience, urgency, alert_of,
            prev_hash, hash)
        SELECT 9000000 + n, 'history', n, 'deadline.missed', now() - n * interval '30 seconds', '{{}}', '', '[]',
            'now', '', md5(n::text), md5((n + 1)::text) FROM generate_series(1, {many}) AS n;
    INSERT INTO escalations_deadline ({columns})
        SELECT {values} FROM generate_series(1, {many}) AS n, (SELECT * FROM escalations_deadline LIMIT 1) AS model;
    ANALYZE journal_entry; ANALYZE escalations_deadline;
"""


@pytest.fixture
def history(incident: Any) -> None:
    """Three weeks of a deadline every thirty seconds: copies of a real row, so that a new column changes nothing."""
    own = {
        "id": "9000000 + n",
        "object_id": "9000000 + n",
        "state": "'fired'",
        "entry_id": "9000000 + n",
        "due_at": "now() - n * interval '30 seconds' - interval '3 seconds'",
        "fired_at": "now() - n * interval '30 seconds'",
    }
    columns = [field.column for field in Deadline._meta.concrete_fields]
    values = ", ".join(own.get(column, f"model.{column}") for column in columns)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL session_replication_role = replica")
        cursor.execute(HISTORY.format(many=MANY, columns=", ".join(columns), values=values))
        cursor.execute("SET LOCAL session_replication_role = origin")


@pytest.mark.usefixtures("history")
def test_however_much_there_ever_was_only_the_last_hour_is_read() -> None:
    asked: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        found = samples()
    in_window = found["crisis_deadline_lateness_seconds_gcount"]
    assert 100 < in_window <= 120
    assert found["crisis_deadline_lateness_seconds_bucket,le=5.0"] == in_window
    with connection.cursor() as cursor:
        for sql, params in asked:
            cursor.execute(f"EXPLAIN {sql}", params)
            plan = "\n".join(line for (line,) in cursor.fetchall())
            for table in ("escalations_deadline", "journal_entry"):
                assert f"Seq Scan on {table}" not in plan, plan
