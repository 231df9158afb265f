"""The benchmark itself works: a tiny run fires everything once and reports what it promises to."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.pace import PATIENCE_SECONDS
from tests.processes import ROOT

pytestmark = [pytest.mark.processes, pytest.mark.long]


def test_a_tiny_run_loses_and_doubles_nothing():
    environment = {
        key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL")
    }
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "deadlines", "--count", "60", "--quiet-count", "2", "--json"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=3 * PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert (figures["fired"], figures["lost"], figures["doubled"]) == (60, 0, 0)
    assert (
        0
        <= figures["lateness_p50_seconds"]
        <= figures["lateness_p99_seconds"]
        <= figures["lateness_max_seconds"]
    )
    assert figures["ratio_to_bare"] == pytest.approx(
        figures["fired_per_second"] / figures["bare_per_second"], abs=0.01
    )
