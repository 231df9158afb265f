"""Worlds are copies of one prepared database."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connections

from tests.faults.services import Services
from tests.faults.sink import Sink
from tests.faults.world import World

TEMPLATE = "fault_template"
_numbers = itertools.count()


def make_template(services: Services, directory: Path) -> None:
    """Migrate the database that every world starts as a copy of, with people and short clocks in it."""
    services.sql(f"CREATE DATABASE {TEMPLATE}")
    world = World(name=TEMPLATE, services=services, sink=Sink(directory / "receipts"), directory=directory)
    for command in (("manage.py", "migrate", "-v", "0"), ("-m", "tests.faults.setting")):
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
