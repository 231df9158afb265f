"""`make mutants`: breaks one rule at a time and runs the test that must notice.

The rules and their tests stand in mutants.toml. Everything happens in a copy of the project, on servers and a
database of its own. `python -m tests.mutants WORD ...` tries only those whose app, file or rule holds one of the words.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from demo.embedded import configured_servers
from tests.mutants.data import Mutant, load
from tests.pace import PATIENCE_SECONDS
from tests.processes import ROOT

NOT_COPIED = ("var", ".git", ".venv*", "__pycache__", ".*_cache", "node_modules")
LONGEST_SECONDS = 2 * PATIENCE_SECONDS  # one test: a mutant may make it wait in vain
KILLED = "killed"


@dataclass(frozen=True)
class Result:
    """What pytest reports: a test that fails has noticed something, one in error has not even been run."""

    failed: list[str]
    in_error: list[str]
    passed: int
    output: str


class Copy:
    """The project in a directory of its own, to be broken and mended."""

    def __init__(self, directory: Path) -> None:
        self.root = directory / "project"
        self.var = directory / "var"
        shutil.copytree(ROOT, self.root, ignore=shutil.ignore_patterns(*NOT_COPIED), symlinks=True)

    def environment(self) -> dict[str, str]:
        """Without the servers that the caller has named: their databases are none of ours."""
        ours = {"TESTING": "true", "VAR_DIR": str(self.var), "DJANGO_SETTINGS_MODULE": "crisis.settings"}
        kept = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL")}
        return {**kept, **ours}

    def run(self, tests: Iterable[str], *options: str, broken: bool = False) -> Result:
        """Run these tests on the database that is there; `broken` code leaves no compiled file behind."""
        report = self.var / "report.xml"
        report.unlink(missing_ok=True)
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--reuse-db", *options]
        environment = self.environment() | ({"PYTHONDONTWRITEBYTECODE": "1"} if broken else {})
        try:
            done = subprocess.run(
                [*command, f"--junitxml={report}", *tests],
                cwd=self.root,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=LONGEST_SECONDS if broken else None,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Result([], [], 0, f"no answer within {LONGEST_SECONDS} s")
        return _read(report, done.stdout + done.stderr)

    def try_out(self, mutant: Mutant) -> str:
        """Break the rule, run its test, mend the rule; returns KILLED or what happened instead."""
        path = self.root / mutant.file
        sound = path.with_name(f"{path.name}.sound")
        shutil.copy2(path, sound)
        try:
            path.write_text(mutant.apply(path.read_text(encoding="utf-8")), encoding="utf-8")
            result = self.run([mutant.test], "-x", broken=True)
        finally:
            sound.replace(path)  # with its former time, so that what was compiled from it still counts
        if result.failed:
            return KILLED
        if result.passed and not result.in_error:
            return "SURVIVED"
        return f"NOT RUN: {_last_words(result.output)}"


def _read(report: Path, output: str) -> Result:
    if not report.is_file():
        return Result([], [], 0, output)
    failed, in_error, passed = [], [], 0
    for case in ElementTree.parse(report).iter("testcase"):
        name = f"{case.get('classname', '')}::{case.get('name', '')}"
        if case.find("error") is not None:
            in_error.append(name)
        elif case.find("failure") is not None:
            failed.append(name)
        elif case.find("skipped") is None:
            passed += 1
    return Result(failed, in_error, passed, output)


def _last_words(output: str) -> str:
    return next((line for line in reversed(output.splitlines()) if line.strip()), "nothing was said")


def main(words: list[str]) -> int:
    """Returns the status of the command: 0 when every mutant was killed."""
    mutants = [mutant for mutant in load() if mutant.matches(words)]
    if not mutants:
        print("No mutant has such a name.")
        return 1
    began = time.monotonic()
    if stale := [f"{mutant.name}: {fault}" for mutant in mutants if (fault := mutant.fault(ROOT))]:
        print("These mutants do not fit the code any more:", *stale, sep="\n  ")
        return 1
    with tempfile.TemporaryDirectory(prefix="mutants-") as name:
        copy = Copy(Path(name))
        servers = configured_servers(copy.var / "test", durable=False)
        servers.start()
        try:
            alive = _try_all(copy, mutants)
        finally:
            servers.leave()
    print(f"{len(mutants) - alive} of {len(mutants)} mutants killed in {time.monotonic() - began:.0f} s.")
    return int(alive > 0)


def _try_all(copy: Copy, mutants: list[Mutant]) -> int:
    """Print a line for each; returns how many were not killed."""
    print(f"The tests of {len(mutants)} rules, unharmed ...", flush=True)
    sound = copy.run(sorted({mutant.test for mutant in mutants}), "--create-db")
    if sound.failed or sound.in_error or not sound.passed:
        print(sound.output)
        return len(mutants)
    alive = 0
    for mutant in mutants:
        began = time.monotonic()
        outcome = copy.try_out(mutant)
        alive += outcome != KILLED
        seconds = time.monotonic() - began
        print(f"{outcome:8} {seconds:4.0f} s  {mutant.name}\n{'':17}{mutant.test}", flush=True)
    return alive


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_signal: sys.exit(1))  # leaves neither servers nor the copy behind
    sys.exit(main(sys.argv[1:]))
