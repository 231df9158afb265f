"""A populated site for the tests that go through all of its URLs."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from datetime import time, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import override_settings
from django.utils import timezone

from monitoring.actions import correct
from monitoring.models import Mention, OwnHead
from operations.models import Violation
from readiness.actions import add_shift, offer_swap, save_rotation
from tests.crisis.world import (
    Team,
    World,
    build_case,
    file_in_preview,
    import_with_lists,
    raise_signal,
    tell_everybody,
)
from tests.factories import BrandFactory, UserFactory


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[World]:
    """The site, built once for all tests of a file: in a transaction that is taken back after the last of them."""
    folder = tmp_path_factory.mktemp("world")
    with (
        django_db_blocker.unblock(),
        pytest.MonkeyPatch.context() as patch,
        override_settings(MEDIA_ROOT=folder),
        transaction.atomic(),
    ):
        # Neither the live view nor the end of a test may give back the connection that holds it.
        patch.setattr("crisis.live.close_old_connections", lambda: None)
        patch.setattr(connection, "close", lambda: None)
        yield build_world()
        transaction.set_rollback(True)


@pytest.fixture
def world(built: World, db: None) -> World:
    """Rows and objects as they were built, whatever the tests before did to them."""
    return deepcopy(built)


def build_world() -> World:
    people = {
        "reader": UserFactory(email="erin@example.com", name="Erin Reader", site_role="reader"),
        "communicator": UserFactory(email="alice@example.com", name="Alice Kaya"),
        "approver": UserFactory(
            email="bob@example.com", name="Bob Nowak", site_role="approver", capacities=["CO"]
        ),
        "administrator": UserFactory(email="admin@example.com", name="Ada Admin", site_role="administrator"),
    }
    dave = UserFactory(email="dave@example.com", name="Dave Okafor", site_role="approver", capacities=["EX"])
    brand = BrandFactory()
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
    signal = raise_signal(brand)
    mention, corrected = Mention.objects.filter(brand=brand).order_by("pk")[:2]
    correct(mention=corrected, actor=writer, label="not_negative")
    things = {
        "shift": shift,
        "rotation": rotation,
        "swap": offer_swap(actor=writer, shift=shift, taker=approver),
        "signal": signal,
        "mention": mention,
        "corrected": corrected,
        "own_head": OwnHead.objects.create(
            brand=brand, numbers={}, figures={}, corrections=100, fitted_at=timezone.now()
        ),
        "run": import_with_lists(writer, brand),
        "preview": file_in_preview(writer, brand),
        "violation": Violation.objects.create(invariant="I6", what="incident-1 #1 for person 1"),
    }
    tell_everybody(case.incident, people)
    return World(people, case, things)
