from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from journal import entry_kinds
from journal.actions import record
from journal.models import Entry

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal_entry SET data = '{}'",
        "DELETE FROM journal_entry",
        "TRUNCATE journal_entry CASCADE",
        "DELETE FROM journal_stream",
        "TRUNCATE journal_stream CASCADE",
    ],
)
def test_the_database_itself_refuses_to_change_the_past(incident, statement):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.calendar
def test_verify_journal_passes_on_a_whole_chain(incident, capsys):
    call_command("verify_journal")
    assert "chain whole" in capsys.readouterr().out


def tamper(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement)
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_verify_journal_names_the_entry_that_was_changed(incident, bob):
    from incidents import actions

    actions.acknowledge(incident=incident, actor=bob)
    tamper("UPDATE journal_entry SET data = jsonb_set(data, '{title}', '\"Nothing\"') WHERE seq = 1")
    with pytest.raises(CommandError, match=rf"{incident.stream} #1: content was changed"):
        call_command("verify_journal")


def test_verify_journal_sees_that_the_last_entry_is_missing(incident):
    tamper("DELETE FROM notifications_delivery; DELETE FROM journal_entry")
    with pytest.raises(CommandError, match="#1: entries at the end are missing"):
        call_command("verify_journal")


def test_an_undeclared_kind_is_refused(incident):
    with pytest.raises(ValueError, match="not declared"):
        record(stream="x", kind="incident.loged", actor=None)


def test_nobody_is_alerted_about_their_own_action(incident, alice):
    with transaction.atomic():
        entry = record(stream=incident.stream, kind="incident.closed", actor=alice, audience=[alice])
    assert entry.audience == []


def test_nul_characters_do_not_break_the_chain(incident, alice):
    record(stream=incident.stream, kind="incident.closed", actor=alice, data={"title": "a\x00b"})
    assert Entry.objects.last().data["title"] == "ab"
    call_command("verify_journal")


@pytest.mark.calendar
def test_sentence_names_deputy_and_times_in_the_readers_zone():
    asked = entry_kinds.sentence("role.assigned", "Bob", {"person": "Alice", "role": "CL", "deputy": True})
    assert asked == "Bob asked Alice to be Crisis lead (deputy)"
    with timezone.override("Europe/Istanbul"):
        raised = entry_kinds.sentence(
            "signal.raised", "", {"brand": "X", "count": 9, "usual": "1", "at": "2026-11-20T09:00:00Z"}
        )
    assert "20 Nov 2026, 12:00 Europe/Istanbul" in raised
