"""Every invariant holds in a world made by the product, and breaks when a row is written behind its back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from common.errors import ActionRefused, Invalid, NotAllowed
from escalations import engine, engine_alerts
from escalations.models import Deadline, DeadlineState, Heartbeat, Hold
from incidents import actions as incidents
from incidents.models import Incident
from journal.actions import record
from journal.models import Entry, Stream
from notifications.delivery import deliver_pending
from notifications.models import Attempt, Delivery
from operations.invariants import CHECKS, RULES, actions, check, heads
from operations.invariants.outcome import Outcome, Receipt, Scope
from operations.models import VerifiedHead, Violation
from people.models import CrisisRole, DutyShift, User
from responses.models import Approval, Publication
from tests.crisis.world import Case, Team, build_case

pytestmark = pytest.mark.django_db


@contextmanager
def behind_the_triggers() -> Iterator[None]:
    """As a superuser can: no trigger fires and no foreign key is checked."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what was written up to here was right
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = origin")


def erase(rows: QuerySet) -> None:
    with behind_the_triggers():
        rows._raw_delete("default")


@dataclass
class Lived:
    """An incident whose alert has gone out, to the first and to the next, and one that waits; and who logged them."""

    missed: Incident
    waiting: Incident
    writer: User

    @property
    def fired(self) -> Deadline:
        return Deadline.objects.of(self.missed).filter(state=DeadlineState.FIRED).order_by("step").first()

    @property
    def sent(self) -> Delivery:
        return Delivery.objects.filter(attempt_count=1).order_by("pk").first()


def fall_due(incident: Incident, **behind: float) -> None:
    for deadline in Deadline.objects.of(incident).armed():
        Deadline.objects.filter(pk=deadline.pk).update(due_at=Now() - timedelta(**behind))


@pytest.fixture
def exports(settings: Any) -> Path:
    return settings.JOURNAL_HEADS_DIR


@pytest.fixture
def lived(alice: Any, bob: Any, admin: Any, brand: Any) -> Lived:
    now = timezone.now()
    DutyShift.objects.create(
        role=CrisisRole.CRISIS_LEAD, user=bob, starts_at=now, ends_at=now + timedelta(hours=8)
    )
    missed, waiting = (
        incidents.log_incident(actor=alice, brand=brand, title=title) for title in ("Missed", "Waiting")
    )
    for _step in range(2):
        fall_due(missed, seconds=1)
        assert engine.tick() == 1
    deliver_pending()
    return Lived(missed, waiting, alice)


@pytest.fixture
def case(lived: Lived, alice: Any, bob: Any, dave: Any, brand: Any) -> Case:
    """With everything that there can be, a published statement too."""
    return build_case(Team(alice, bob, dave), brand, "Open crisis")


def ask(code: str, **scope: Any) -> Outcome:
    return CHECKS[code](Scope(None, **scope))


@pytest.mark.calendar
def test_what_the_product_does_keeps_every_promise(lived: Lived, case: Case) -> None:
    heads.export()
    incidents.acknowledge(incident=lived.missed, actor=lived.writer)
    for full in (True, False):
        assert {code: found.broken for code, found in check(full=full).items()} == {
            code: [] for code in CHECKS
        }
    assert RULES.keys() == CHECKS.keys()


def test_every_check_has_looked_at_something(lived: Lived, case: Case) -> None:
    figures = {code: found.figures for code, found in check(full=True).items()}
    empty = [code for code, found in figures.items() if not any(found.values())]
    assert empty == ["I8"]  # nothing was tried twice


def overdue(lived: Lived) -> str:
    fall_due(lived.waiting, seconds=20)
    return f"deadline {Deadline.objects.of(lived.waiting).armed().get().pk} "


def fired_twice(lived: Lived) -> str:
    data = {"deadline": lived.fired.pk, "purpose": lived.fired.purpose}
    entry = record(
        stream=lived.missed.stream, kind="deadline.missed", actor=None, data=data, alert_of=lived.fired.chain
    )
    return str(entry)


def deadline_lost(lived: Lived) -> str:
    erase(Deadline.objects.of(lived.waiting))
    return f"incident {lived.waiting.pk}"


def second_step_first(lived: Lived) -> str:
    with behind_the_triggers():
        later = Deadline.objects.of(lived.missed).filter(step=1)
        later.update(fired_at=lived.fired.fired_at - timedelta(seconds=1))
    return f"deadline {later.get().pk} "


def first_step_left_out(lived: Lived) -> str:
    later = Deadline.objects.of(lived.missed).get(step=1)
    erase(Deadline.objects.filter(pk=lived.fired.pk))
    return f"deadline {later.pk} "


def alert_after_it_was_settled(lived: Lived) -> str:
    Deadline.objects.filter(pk=lived.fired.pk).update(settled_at=F("fired_at") - timedelta(seconds=1))
    return f"deadline {lived.fired.pk} "


def alert_beside_a_later_generation(lived: Lived) -> str:
    old = Deadline.objects.of(lived.waiting).armed().get()
    incidents.acknowledge(incident=lived.waiting, actor=lived.writer)
    with behind_the_triggers():
        Deadline.objects.of(lived.waiting).armed().update(state=DeadlineState.CANCELLED)
        Deadline.objects.filter(pk=old.pk).update(state=DeadlineState.ARMED, settled_at=None)
    return f"deadline {old.pk} "


def somebody_left_out(lived: Lived) -> str:
    entry = Entry.objects.exclude(audience=[]).last()
    erase(Delivery.objects.filter(entry=entry, person=entry.audience[0]))
    return f"{entry.stream_id} #{entry.seq} for person {entry.audience[0]}"


def sent_unrecorded(lived: Lived) -> str:
    row = lived.sent
    erase(Attempt.objects.filter(delivery=row))
    return f"delivery {row.pk} "


def tried_again_blindly(lived: Lived) -> str:
    row = lived.sent
    row.attempts.update(ended_at=None)
    Attempt.objects.create(delivery=row, number=2, started_at=timezone.now())
    Delivery.objects.filter(pk=row.pk).update(attempt_count=2)
    return f"delivery {row.pk} "


def sent_and_waiting_again(lived: Lived) -> str:
    with behind_the_triggers():
        Delivery.objects.filter(pk=lived.sent.pk).update(state="pending")
    return "was sent, and is pending"


def trigger_switched_off(lived: Lived) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE 'pgtrigger_deadline_ends_once%%'")
        (name,) = cursor.fetchone()
        cursor.execute(f'ALTER TABLE escalations_deadline DISABLE TRIGGER "{name}"')
    return f"trigger {name} of escalations_deadline is off"


def public_and_a_draft_again(case: Case) -> str:
    with behind_the_triggers():
        type(case.published).objects.filter(pk=case.published.pk).update(state="draft")
    return f"response {case.published.pk} was published, and is draft"


def approved_by_the_author(case: Case) -> str:
    publication = case.published.publications.get()
    with behind_the_triggers():
        Approval.objects.filter(revision=publication.revision).update(approver=publication.revision.author)
    return f"publication {publication.pk} "


def approved_in_other_words(case: Case) -> str:
    publication = case.published.publications.get()
    with behind_the_triggers():
        Approval.objects.filter(revision=publication.revision).update(content_hash="0" * 64)
    return f"publication {publication.pk} "


def other_words_went_out(case: Case) -> str:
    publication = case.published.publications.get()
    with behind_the_triggers():
        Publication.objects.filter(pk=publication.pk).update(content_hash="0" * 64)
    return f"publication {publication.pk} "


def the_past_rewritten(lived: Lived) -> str:
    entry = Entry.objects.filter(stream=lived.missed.stream).first()
    with behind_the_triggers():
        Entry.objects.filter(pk=entry.pk).update(data={})
    return f"{lived.missed.stream} #{entry.seq}: content was changed"


def the_tail_cut_off(lived: Lived) -> str:
    """So well that the chain itself is whole: the head goes back, too."""
    heads.export()
    last = Entry.objects.filter(stream=lived.missed.stream).last()
    before = Entry.objects.get(stream=lived.missed.stream, seq=last.seq - 1)
    erase(Entry.objects.filter(pk=last.pk))
    with behind_the_triggers():
        Stream.objects.filter(pk=last.stream_id).update(last_seq=before.seq, last_hash=before.hash)
    return f"{lived.missed.stream} #{last.seq}: is not what was exported"


BROKEN: list[tuple[str, Callable[[Lived], str]]] = [
    ("I1", overdue),
    ("I2", fired_twice),
    ("I3", deadline_lost),
    ("I4", second_step_first),
    ("I4", first_step_left_out),
    ("I5", alert_after_it_was_settled),
    ("I5", alert_beside_a_later_generation),
    ("I6", somebody_left_out),
    ("I7", sent_unrecorded),
    ("I8", tried_again_blindly),
    ("I9", sent_and_waiting_again),
    ("I9", trigger_switched_off),
    ("I11", the_past_rewritten),
    ("I11", the_tail_cut_off),
]
UNSEALED: list[tuple[str, Callable[[Case], str]]] = [
    ("I9", public_and_a_draft_again),
    ("I10", approved_by_the_author),
    ("I10", approved_in_other_words),
    ("I10", other_words_went_out),
]


def assert_named(code: str, named: str) -> None:
    for scope in (Scope(timezone.now() - timedelta(hours=24)), Scope(None)):
        found = CHECKS[code](scope)
        assert not found.holds
        assert any(named in row for row in found.broken), found.broken


@pytest.mark.parametrize(("code", "harm"), BROKEN, ids=[harm.__name__ for _code, harm in BROKEN])
def test_what_breaks_an_invariant_is_named(lived: Lived, code: str, harm: Callable[[Lived], str]) -> None:
    assert_named(code, harm(lived))


@pytest.mark.parametrize(("code", "harm"), UNSEALED, ids=[harm.__name__ for _code, harm in UNSEALED])
def test_what_breaks_the_seal_is_named(case: Case, code: str, harm: Callable[[Case], str]) -> None:
    assert_named(code, harm(case))


def test_every_invariant_has_been_broken() -> None:
    assert {code for code, _harm in [*BROKEN, *UNSEALED]} == CHECKS.keys()


def test_ten_rows_are_named_and_all_are_counted(alice: Any, brand: Any) -> None:
    for number in range(12):
        incident = incidents.log_incident(actor=alice, brand=brand, title=f"Number {number}")
        fall_due(incident, seconds=20)
    found = ask("I1")
    assert (len(found.broken), found.broken_count) == (10, 12)


@pytest.mark.calendar
def test_due_for_a_moment_is_not_overdue(lived: Lived) -> None:
    fall_due(lived.waiting, seconds=10)
    assert ask("I1").holds


def test_a_hold_speaks_for_itself(lived: Lived) -> None:
    overdue(lived)
    Hold.objects.create(silent_since=timezone.now(), ends_at=Now() + timedelta(minutes=15))
    assert ask("I1").holds


def test_an_exhausted_policy_is_known(lived: Lived) -> None:
    """Nobody is left to tell: said so, which is no silence."""
    for _step in range(40):
        if not Deadline.objects.of(lived.waiting).armed().exists():
            break
        fall_due(lived.waiting, seconds=1)
        engine.tick()
    assert not Deadline.objects.of(lived.waiting).armed().exists()
    assert ask("I3").holds
    assert ask("I2").holds


def test_receipts_are_compared_with_attempts(lived: Lived) -> None:
    now = timezone.now()
    known = [Receipt(row.message_id, now) for row in Delivery.objects.filter(attempt_count=1)]
    assert known
    assert ask("I7", receipts=known).holds
    assert ask("I8", receipts=known).holds
    early = Receipt(known[0].message_id, now - timedelta(minutes=1))
    for wrong in (Receipt("<nobody@example.com>", now), early):
        found = ask("I7", receipts=[*known, wrong])
        assert found.broken == [f"receipt {wrong.message_id} at {wrong.at.isoformat()}"]


def test_second_arrival_must_be_marked_as_repeat(lived: Lived) -> None:
    twice = [Receipt(lived.sent.message_id, timezone.now())] * 2
    assert ask("I8", receipts=twice).broken == [f"message {lived.sent.message_id} arrived 2 times"]
    Delivery.objects.filter(pk=lived.sent.pk).update(ambiguous_count=1)
    assert ask("I8", receipts=twice).holds


# The journal's heads


@pytest.mark.calendar
def test_no_head_goes_back_with_the_next_export(lived: Lived) -> None:
    """Otherwise whoever cuts the tail off would only have to wait for an hour."""
    named = the_tail_cut_off(lived)
    heads.export()
    assert any(named in row for row in ask("I11").broken)


def test_a_stream_that_was_only_locked_contradicts_no_export(lived: Lived) -> None:
    engine_alerts.lock_stream()
    heads.export()
    assert check(full=True)["I11"].holds


def test_a_changed_export_is_known(lived: Lived) -> None:
    path = heads.export().path
    path.write_text(path.read_text().replace('"incident-', '"incident_', 1))
    assert "was changed after it was signed" in ask("I11").broken[0]
    with pytest.raises(heads.Forged):
        heads.export()


@pytest.mark.calendar
def test_exports_are_made_every_hour_and_the_oldest_go(lived: Lived, exports: Path) -> None:
    for _minute in range(2):
        heads.export_if_due()
        (made,) = heads.files()
    for number in range(heads.KEPT_FILES):
        (exports / f"heads-20200101T01{number // 60:02}{number % 60:02}Z.json").write_text(made.read_text())
    made.unlink()
    heads.export_if_due()
    kept = heads.files()
    assert len(kept) == heads.KEPT_FILES
    assert heads.read(kept[-1]).at > timezone.now() - timedelta(minutes=1)


def test_the_command_exports(lived: Lived, capsys: Any) -> None:
    call_command("export_journal_heads")
    assert f"{Stream.objects.count()} streams in" in capsys.readouterr().out


def test_only_what_is_new_is_recomputed(lived: Lived, django_assert_num_queries: Any) -> None:
    assert ask_lately("I11").holds
    assert VerifiedHead.objects.count() == Stream.objects.count()
    with django_assert_num_queries(2):  # the grown streams, the count of all
        assert ask_lately("I11").holds
    incidents.acknowledge(incident=lived.waiting, actor=lived.writer)
    with django_assert_num_queries(5):  # and the one that has grown: its entries, its end, its new mark
        assert ask_lately("I11").holds
    entry = Entry.objects.filter(stream=lived.waiting.stream).first()
    with behind_the_triggers():
        Entry.objects.filter(pk=entry.pk).update(data={})
    assert ask_lately("I11").holds  # verified before: the nightly full walk finds it
    assert not ask("I11").holds


def ask_lately(code: str) -> Outcome:
    return CHECKS[code](Scope(timezone.now() - timedelta(hours=24)))


def test_the_number_of_queries_does_not_grow(
    lived: Lived, brand: Any, alice: Any, django_assert_num_queries: Any
) -> None:
    check()
    with connection.execute_wrapper(counted := Counted()):
        check()
    before = counted.count
    for number in range(20):
        incidents.log_incident(actor=alice, brand=brand, title=f"Number {number}")
    check()  # verifies the new streams
    with django_assert_num_queries(before):
        check()


class Counted:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.count += 1
        return execute(sql, params, many, context)


# What follows from a violation


def broken_entries() -> list[Entry]:
    return list(Entry.objects.filter(kind="engine.invariant_broken").order_by("seq"))


def test_violation_is_reported_once(lived: Lived, admin: Any) -> None:
    somebody_left_out(lived)
    for _minute in range(3):
        actions.note(check())
    (entry,) = broken_entries()
    assert entry.audience == [admin.pk]
    assert "Everybody who must be alerted has a delivery" in entry.sentence
    assert Heartbeat.objects.get(process="invariants").last_clean_tick_at is None
    entry = Entry.objects.exclude(audience=[]).first()
    erase(Delivery.objects.filter(entry=entry))
    actions.note(check())
    assert len(broken_entries()) == 2  # another row is another violation


def test_outage_is_reported_once_for_however_many_deadlines(lived: Lived) -> None:
    overdue(lived)
    actions.note(check())
    fall_due(lived.missed, seconds=30)
    actions.note(check())
    assert len(broken_entries()) == 1
    Deadline.objects.armed().update(due_at=Now() + timedelta(hours=1))
    actions.note(check())
    assert not Violation.objects.present().exists()
    assert Heartbeat.objects.get(process="invariants").last_clean_tick_at


@pytest.mark.calendar
def test_what_is_broken_stays_in_sight_longer_than_a_day(lived: Lived) -> None:
    somebody_left_out(lived)
    actions.note(check())
    with behind_the_triggers():
        Entry.objects.update(at=F("at") - timedelta(hours=30))
    Violation.objects.update(found_at=F("found_at") - timedelta(hours=29))
    actions.note(check())
    assert Violation.objects.present().filter(invariant="I6").exists()


def test_an_administrator_settles_it(lived: Lived, admin: Any, bob: Any) -> None:
    somebody_left_out(lived)
    actions.note(check())
    violation = Violation.objects.unsettled().get()
    with pytest.raises(NotAllowed):
        actions.settle(violation=violation, actor=bob, reason="I know")
    with pytest.raises(Invalid):
        actions.settle(violation=violation, actor=admin, reason=" ")
    actions.settle(violation=violation, actor=admin, reason="A test of the restore")
    with pytest.raises(ActionRefused):
        actions.settle(violation=violation, actor=admin, reason="Again")
    actions.note(check())
    assert not Violation.objects.unsettled().exists()
    assert len(broken_entries()) == 1
    assert Entry.objects.filter(kind="engine.invariant_settled", actor=admin).count() == 1


def test_the_page_shows_what_was_found_and_settles_it(lived: Lived, admin: Any, client: Any) -> None:
    named = somebody_left_out(lived)
    actions.note(check())
    client.force_login(admin)
    page = client.get(reverse("engine")).content.decode()
    assert named in page
    assert "Invariant violated (I6)" in page
    violation = Violation.objects.get()
    client.post(reverse("engine-settle", args=[violation.pk]), {"reason": "A test"})
    page = client.get(reverse("engine")).content.decode()
    assert "A check found" not in page
    assert "A test" in page


# The command


def test_the_command_prints_one_line_each_and_ends_well(lived: Lived, capsys: Any) -> None:
    call_command("check_invariants")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(CHECKS)
    assert all(" holds " in line for line in lines)


def test_the_command_names_what_is_broken_and_fails(lived: Lived, capsys: Any) -> None:
    named = deadline_lost(lived)
    with pytest.raises(CommandError, match="Broken: I3") as failed:
        call_command("check_invariants", "--full", "--json")
    assert failed.value.returncode == 1
    report = json.loads(capsys.readouterr().out)
    assert report["I3"]["broken"] == [named]
    assert report["I1"]["holds"] is True


def test_the_command_reads_receipts(lived: Lived, tmp_path: Path) -> None:
    receipts = tmp_path / "receipts.jsonl"
    receipt = {"message_id": lived.sent.message_id, "at": timezone.now().isoformat()}
    receipts.write_text(json.dumps(receipt) + "\n")
    call_command("check_invariants", "--receipts", str(receipts))
    receipts.write_text(json.dumps(receipt) + "\n" + json.dumps({**receipt, "message_id": "<x@y>"}) + "\n")
    with pytest.raises(CommandError, match="Broken: I7"):
        call_command("check_invariants", "--receipts", str(receipts))


@pytest.mark.parametrize(
    "line", ["{", '{"message_id": "x"}', '{"message_id": "x", "at": "2026-01-01T00:00:00"}', "[]"]
)
def test_the_command_names_a_line_that_is_no_receipt(tmp_path: Path, line: str) -> None:
    receipts = tmp_path / "receipts.jsonl"
    receipts.write_text(line + "\n")
    with pytest.raises(CommandError, match="line 1 is no receipt"):
        call_command("check_invariants", "--receipts", str(receipts))
