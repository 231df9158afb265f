"""The demo's story: told through the product's own actions, once, and only where DEMO is set."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings as django_settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db.models import Count
from django.db.models.functions import Now
from django.utils import timezone

from demo import loading
from demo.past import as_of
from desk.views import work_items_of
from escalations.engine import tick
from escalations.models import Deadline
from incidents.models import Assessment, Incident, IncidentState, RoleAssignment, StakeholderNotice, Task
from incidents.running_deadlines import deadlines_ending_with, deadlines_under
from journal.models import Entry
from monitoring.models import ImportRun, Mention, Signal, SignalState
from notifications.models import Delivery, DeliveryState
from operations.invariants import check
from people.models import Brand, CrisisRole, DutyShift, Rotation, User
from postmortems.models import CorrectiveAction, CorrectiveActionState, Lesson, PostMortem, PostMortemState
from readiness.models import SwapOffer
from readiness.roster import coming_duty
from responses.models import (
    Account,
    Approval,
    Claim,
    Evidence,
    PrivateCase,
    Publication,
    Response,
    ResponseState,
)
from responses.rules import missing_capacities

pytestmark = pytest.mark.calendar

# What the story files tell, whenever they are told.
AMOUNTS: dict[Any, int] = {
    User: 14,
    Rotation: 11,
    SwapOffer: 1,
    Brand: 2,
    Account: 9,
    Incident: 5,
    Assessment: 4,
    RoleAssignment: 32,
    Task: 45,
    StakeholderNotice: 10,
    PrivateCase: 3,
    Response: 7,
    Claim: 5,
    Evidence: 4,
    Approval: 6,
    Publication: 14,
    ImportRun: 11,
    Signal: 3,
    PostMortem: 1,
    Lesson: 2,
    CorrectiveAction: 3,
}


@pytest.fixture
def load(settings: Any, tmp_path: Path, transactional_db: None) -> Callable[[], str]:
    """Run the command where it may run; returns what it said."""
    settings.DEMO = True
    settings.MEDIA_ROOT = tmp_path

    def run() -> str:
        out = StringIO()
        call_command("load_demo", stdout=out)
        return out.getvalue()

    return run


def test_the_story_is_complete_and_nothing_is_overdue(load: Callable[[], str]) -> None:
    load()
    call_command("verify_journal")
    assert tick() == 0
    assert not Deadline.objects.due().exists()
    broken = {code: found.broken for code, found in check(full=True).items() if not found.holds}
    assert not broken
    _check_the_crisis_under_way()
    _check_the_past_crisis()
    _check_that_nothing_else_runs()
    _check_what_waits_for_whom()
    _check_that_old_alerts_are_sent()
    _check_the_roster()
    assert {model.__name__: model.objects.count() for model in AMOUNTS} == {
        model.__name__: amount for model, amount in AMOUNTS.items()
    }
    assert 2_000 < Mention.objects.count() < 9_000
    assert not ImportRun.objects.exclude(state="finished").exists()
    assert not ImportRun.objects.filter(rows_rejected__gt=0).exists()

    before = _count_everything()
    assert "already" in load()
    assert _count_everything() == before
    # Loaded long ago: says so, and still changes nothing.
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=13)):
        assert "demo-reset" in load()
    assert _count_everything() == before


def _check_the_roster() -> None:
    """Every role has a rotation for the weeks to come, and only one night of legal is nobody's."""
    now = timezone.now()
    assert set(Rotation.objects.values_list("role", flat=True)) == set(CrisisRole.values)
    holes = {row.role: row.gaps for row in coming_duty(now, ahead=timedelta(weeks=8)) if row.gaps}
    assert set(holes) == {"LG"}
    (night,) = holes["LG"]
    assert (night.start.weekday(), night.length) == (5, timedelta(hours=12))
    assert night.start < now + timedelta(days=8)
    assert DutyShift.objects.filter(ends_at__lt=now - timedelta(weeks=2), rotation__isnull=False).exists()


def _check_the_crisis_under_way() -> None:
    incident = Incident.objects.get(state=IncidentState.ACTIVE)
    assert incident.level == 2
    signal = Signal.objects.get(incident=incident)
    assert signal.peak > signal.evidence["usual_hour"]
    assert incident.attached_mentions.count() > 20
    running = deadlines_under(incident).unsettled()
    assert {deadline.purpose for deadline in running} == {
        "incident.holding_statement",
        "incident.sitrep",
        "claim.unanswered",
        "draft.approval",
        "role.unaccepted",
        "stakeholder.notice",
        "task.ageing",
    }
    left = running.get(purpose="incident.holding_statement").due_at - timezone.now()
    assert timedelta(minutes=10) < left < timedelta(minutes=25)
    response = Response.objects.get(state=ResponseState.IN_REVIEW)
    assert missing_capacities(response, incident) == ["CO", "LG"]


def _check_the_past_crisis() -> None:
    incident = Incident.objects.get(state=IncidentState.CLOSED)
    assert [response.kind for response in incident.responses.order_by("pk")] == [
        "holding",
        "update",
        "update",
        "apology",
    ]
    assert set(incident.responses.values_list("state", flat=True)) == {"published"}
    entries = list(Entry.objects.filter(stream_id=incident.stream).order_by("seq"))
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
    assert entries[-1].at < timezone.now() - timedelta(days=2)
    assert PostMortem.objects.get().state == PostMortemState.APPROVED
    overdue = CorrectiveAction.objects.overdue(timezone.localdate())
    states = set(CorrectiveAction.objects.values_list("state", flat=True))
    assert overdue.count() == 1
    assert states == {CorrectiveActionState.VERIFIED, CorrectiveActionState.IN_PROGRESS}


def _check_that_nothing_else_runs() -> None:
    for incident in Incident.objects.exclude(state=IncidentState.ACTIVE):
        assert not deadlines_ending_with(incident).unsettled().exists(), incident
    elsewhere = Deadline.objects.unsettled().filter(purpose__in=["review.meeting", "postmortem.approval"])
    assert not elsewhere.exists()
    late = Deadline.objects.unsettled().get(purpose="corrective_action.due", target_at__lt=timezone.now())
    assert late.acknowledged_by  # its owner has said so, and has some time left
    assert late.due_at > timezone.now()


def _check_what_waits_for_whom() -> None:
    people = {user.email.split("@")[0]: user for user in User.objects.all()}
    assert [item.kind for item in work_items_of(people["bob"])].count("approval") == 1
    assert [item.kind for item in work_items_of(people["carol"])].count("approval") == 1
    assert "role" in [item.kind for item in work_items_of(people["dave"])]
    assert "signal" in [item.kind for item in work_items_of(people["alice"])]
    assert Signal.objects.get(state=SignalState.NEW).brand.name == "Copper Kettle Coffee"
    secret = Incident.objects.get(confidential=True)
    sees = {
        name
        for name, user in people.items()
        if Incident.objects.visible_to(user).filter(pk=secret.pk).exists()
    }
    assert sees == {"bob", "carol", "dave"}
    can_log_in = {name for name, user in people.items() if user.has_usable_password()}
    assert can_log_in == {"alice", "bob", "carol", "dave", "erin", "admin"}


def _check_that_old_alerts_are_sent() -> None:
    waiting = Delivery.objects.exclude(state__in=[DeliveryState.SENT, DeliveryState.CANCELLED])
    assert waiting.exists()  # the newest are left for the worker
    assert min(waiting.values_list("entry__at", flat=True)) > timezone.now() - timedelta(minutes=20)


def _count_everything() -> dict[str, int]:
    models = (Incident, Entry, Delivery, Deadline, Mention, Signal, Response, User, PostMortem)
    return {model.__name__: model.objects.aggregate(n=Count("pk"))["n"] for model in models}


@pytest.mark.django_db
def test_it_refuses_where_demo_is_not_set() -> None:
    assert not django_settings.DEMO
    with pytest.raises(CommandError, match="DEMO"):
        call_command("load_demo")
    assert not User.objects.exists()
    assert not loading.is_loaded()


@pytest.mark.django_db
def test_it_is_the_past_inside_the_block_only() -> None:
    then = datetime(2026, 3, 8, 13, 5, tzinfo=UTC)
    brand = Brand.objects.create(name="Kestrel Air", slug="kestrel-air")
    with as_of(then):
        assert timezone.now() == then
        assert Brand.objects.annotate(moment=Now()).get(pk=brand.pk).moment == then
    assert timezone.now() > then
    assert Brand.objects.annotate(moment=Now()).get(pk=brand.pk).moment > then
