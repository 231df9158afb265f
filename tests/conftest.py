"""What every test needs: the services, a browser where there is one, and the named people."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase

from demo.embedded import EmbeddedError, configured_servers
from incidents import actions
from incidents.models import Playbook
from tests import examples  # noqa: F401 - chooses hypothesis's profile before the tests are read
from tests.database import migrated_template
from tests.demo.running import demo  # noqa: F401 - a fixture of two folders
from tests.factories import BrandFactory, UserFactory
from tests.pace import Pace
from tests.scheduling import ByFile, place

SERVICES = configured_servers(settings.SERVICES_DIR, durable=False)
CHROMIUM = os.environ.get("CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)


def pytest_configure(config: pytest.Config) -> None:
    """Every xdist worker joins the users of the embedded servers; the last to leave stops them."""
    if config.option.help or config.option.collectonly:
        return
    try:
        SERVICES.start()
    except EmbeddedError as error:
        pytest.exit(str(error), returncode=3)


def pytest_unconfigure(config: pytest.Config) -> None:
    SERVICES.leave()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: place(item.path))
    if CHROMIUM is None:
        reason = "no Chromium here: install chromium, or name one in the variable CHROMIUM"
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason=reason))


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the collector of garbage need not look through it every few tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


@pytest.hookimpl(optionalhook=True)  # where xdist is there
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    return ByFile(config, log)


@pytest.fixture(autouse=True)
def no_other_journal(settings: Any, tmp_path: Path) -> None:
    """Neither a demo's exported journal heads nor those of another test say anything about this one's journal."""
    settings.JOURNAL_HEADS_DIR = tmp_path / "journal-heads"


@pytest.fixture
def pace() -> Iterator[Pace]:
    """How slow the machine has been since the test began: pace.limit(2) is what takes two seconds on a quiet one."""
    with Pace() as pace:
        yield pace


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser; tests that ask for it are marked `browser`."""
    assert CHROMIUM is not None
    return CHROMIUM


# What migrations load is there again after a test that really commits.
UNTOUCHED_TABLES = {"django_migrations", "django_content_type", "auth_permission"}
RESTORED_TABLES = (
    "escalations_policy",
    "escalations_policystep",
    "incidents_playbook",
    "incidents_playbookstep",
)
AS_MIGRATED = "as_migrated_"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: Any
) -> None:
    """The test database is a copy of one that is migrated already."""
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = migrated_template()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The test database, with a copy of what the migrations loaded."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table in RESTORED_TABLES:
            cursor.execute(f'CREATE TABLE IF NOT EXISTS "{AS_MIGRATED}{table}" AS TABLE "{table}"')


def _empty_all(self: TransactionTestCase) -> None:
    """Django's flush would stumble over the append-only triggers and take the migrations' data along.

    Rows are deleted where there are any: truncating makes new files for every table and its indexes.
    """
    names = set(connection.introspection.table_names()) - UNTOUCHED_TABLES
    tables = sorted(name for name in names if not name.startswith(AS_MIGRATED))
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (TABLE \"{name}\")" for name in tables)
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f'DELETE FROM "{table}"')
        for table in RESTORED_TABLES:
            cursor.execute(f'INSERT INTO "{table}" TABLE "{AS_MIGRATED}{table}"')
        cursor.execute("SET session_replication_role = origin")


TransactionTestCase._fixture_teardown = _empty_all

# Scores that add up to each level (see incidents.severity).
SCORES: dict[int, dict[str, int]] = {
    1: dict(reach=3, velocity=3, sentiment_fall=2, media=3, influencers=2, safety_legal=1, topic=1),
    2: dict(reach=2, velocity=2, sentiment_fall=2, media=1, influencers=1, safety_legal=1, topic=1),
    3: dict(reach=1, velocity=2, sentiment_fall=1, media=0, influencers=1, safety_legal=0, topic=0),
    4: dict(reach=0, velocity=1, sentiment_fall=0, media=0, influencers=0, safety_legal=0, topic=0),
}


@pytest.fixture
def alice(db: None) -> Any:
    return UserFactory(email="alice@example.com", name="Alice Kaya", site_role="communicator")


@pytest.fixture
def bob(db: None) -> Any:
    return UserFactory(email="bob@example.com", name="Bob Nowak", site_role="approver", capacities=["CO"])


@pytest.fixture
def carol(db: None) -> Any:
    return UserFactory(email="carol@example.com", name="Carol Li", site_role="approver", capacities=["LG"])


@pytest.fixture
def dave(db: None) -> Any:
    return UserFactory(email="dave@example.com", name="Dave Okafor", site_role="approver", capacities=["EX"])


@pytest.fixture
def erin(db: None) -> Any:
    return UserFactory(email="erin@example.com", name="Erin Reader", site_role="reader")


@pytest.fixture
def admin(db: None) -> Any:
    return UserFactory(email="admin@example.com", name="Ada Admin", site_role="administrator")


@pytest.fixture
def brand(db: None) -> Any:
    return BrandFactory()


@pytest.fixture
def incident(alice: Any, brand: Any) -> Any:
    """Freshly logged by Alice: journal entry written, acknowledge deadline running."""
    return actions.log_incident(actor=alice, brand=brand, title="Videos of stranded passengers")


@pytest.fixture
def triaged(incident: Any, alice: Any) -> Callable[..., Any]:
    """triaged(level=2, **facts) scores the incident so that it gets that level."""

    def triage(level: int = 2, **facts: Any) -> Any:
        facts = {"category": "service_outage", **facts}
        return actions.assess(incident=incident, actor=alice, scores=SCORES[level], **facts)

    return triage


@pytest.fixture
def activated(triaged: Callable[..., Any], alice: Any, bob: Any, dave: Any) -> Callable[..., Any]:
    """activated(level=2, **facts): Bob leads with Dave as deputy, Alice is scribe, the outage playbook runs."""

    def activate(level: int = 2, **facts: Any) -> Any:
        incident = triaged(level, **facts)
        for role, user, is_deputy in (("CL", bob, False), ("CL", dave, True), ("SC", alice, False)):
            actions.assign_role(incident=incident, actor=alice, role=role, user=user, is_deputy=is_deputy)
        return actions.activate(incident=incident, actor=alice, playbook=Playbook.objects.get(slug="outage"))

    return activate
