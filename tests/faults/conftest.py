"""A world of its own for every test, seeds, and the figures that docs/reliability.md quotes.

`make test` and `make test-long` run the short selection (marker `faults_short`) for seconds each; `make test-faults`
sets FAULTS=full and runs every fault at full length. Whatever is random comes from FAULT_SEED, which stands in the
test's name.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.faults.building import a_cluster, a_world, fill_template
from tests.faults.checker import Report, check
from tests.faults.figures import keep_figures
from tests.faults.services import Services
from tests.faults.sink import Sink
from tests.faults.world import FULL, World
from tests.pace import Pace
from tests.processes import wait_until

FIRST_SEED = int(os.environ.get("FAULT_SEED") or 1)
SEEDS = int(os.environ.get("FAULT_SEEDS") or 1)
HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    long = [
        item
        for item in items
        if HERE in item.path.parents and not FULL and not item.get_closest_marker("faults_short")
    ]
    config.hook.pytest_deselected(items=long)
    items[:] = [item for item in items if item not in long]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        seeds = range(FIRST_SEED, FIRST_SEED + SEEDS)
        metafunc.parametrize("seed", seeds, ids=[f"seed-{seed}" for seed in seeds])


@pytest.fixture(scope="session")
def full() -> bool:
    """Is this the long run, with the times of the table of faults?"""
    return FULL


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    own = a_cluster(tmp_path_factory.mktemp("services"))
    own.start()
    yield own
    own.make_ready()
    own.stop()


@pytest.fixture(scope="session")
def template(services: Services, tmp_path_factory: pytest.TempPathFactory) -> None:
    fill_template(services, tmp_path_factory.mktemp("template"))


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[Sink]:
    sink = Sink(tmp_path / "receipts.jsonl")
    sink.start()
    yield sink
    sink.stop()


@pytest.fixture
def world(
    services: Services, template: None, sink: Sink, tmp_path: Path, django_db_blocker: Any
) -> Iterator[World]:
    with django_db_blocker.unblock(), a_world(services, sink, tmp_path) as world:
        yield world


@pytest.fixture
def lively(world: World) -> World:
    """A worker, beat and the watchdog run, and the engine has ticked."""
    for what in ("worker", "beat", "watchdog"):
        world.start(what)
    wait_until(lambda: world.sql("SELECT 1 FROM escalations_heartbeat WHERE process = 'engine'"))
    return world


@pytest.fixture
def must_hold_in(request: pytest.FixtureRequest, pace: Pace) -> Callable[..., Report]:
    """must_hold_in(world, figure=…) checks everything that is promised and keeps the figures of this run.

    `latest` is the bound of this fault for how late a deadline may fire, in seconds on a quiet machine.
    """

    def hold(world: World, *, latest: float | None = None, **measured: Any) -> Report:
        report = check(world)
        slower = {"times_slower_than_quiet": round(pace.limit(1), 1)}
        keep_figures(request.node.name, {**report.figures, **measured, **slower})
        assert report.violations == []
        assert report.figures["fired"] or latest is None, "nothing fired, so nothing was tested"
        assert latest is None or report.figures["lateness_max_seconds"] <= pace.limit(latest)
        return report

    return hold


@pytest.fixture
def must_hold(world: World, must_hold_in: Callable[..., Report]) -> Callable[..., Report]:
    """The same for the test's own world."""
    return partial(must_hold_in, world)
