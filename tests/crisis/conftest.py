"""A populated site for the tests that go through all of its URLs."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest
from django.utils import timezone

from crisis.models import Violation
from people.models import User
from readiness.actions import add_shift, offer_swap, save_rotation
from tests.crisis.world import Team, World, build_case, import_with_rejects, raise_signal, tell_everybody


@pytest.fixture
def people(alice: User, bob: User, dave: User, erin: User, admin: User) -> dict[str, User]:
    return {"reader": erin, "communicator": alice, "approver": bob, "administrator": admin}


@pytest.fixture
def world(
    people: dict[str, User], dave: User, brand: Any, settings: Any, tmp_path: Any, monkeypatch: Any
) -> World:
    settings.MEDIA_ROOT = tmp_path
    # The live view gives its connection back at once; here that would end the test's own transaction.
    monkeypatch.setattr("crisis.live.close_old_connections", lambda: None)
    approver, writer = people["approver"], people["communicator"]
    case = build_case(Team(writer, approver, dave), brand, "Open crisis")
    tomorrow = timezone.now() + timedelta(days=1)
    shift = add_shift(
        actor=approver, role="SM", user=writer, starts_at=tomorrow, ends_at=tomorrow + timedelta(hours=8)
    )
    rotation = save_rotation(
        actor=approver,
        role="LG",
        name="Legal, in turns",
        members=[approver, writer],
        turn_length=1,
        turn_unit="days",
        hand_over_weekday=None,
        hand_over_at=time(9),
        time_zone="Europe/Berlin",
        starts_on=tomorrow.date(),
        hours_from=None,
        hours_until=None,
    )
    things = {
        "shift": shift,
        "rotation": rotation,
        "swap": offer_swap(actor=writer, shift=shift, taker=approver),
        "signal": raise_signal(brand),
        "run": import_with_rejects(tmp_path, brand),
        "violation": Violation.objects.create(invariant="I6", what="incident-1 #1 for person 1"),
    }
    tell_everybody(case.incident, people)
    return World(people, case, things)
