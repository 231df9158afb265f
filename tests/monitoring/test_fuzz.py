"""Exports that were damaged, re-saved or put together by hand, through the whole import.

Whatever was done to a file: it is read or refused with a sentence, and no post gets another time or sentiment than in
the file as it was, unless the preview or a listed row says something that it did not say of that file.
"""

from __future__ import annotations

import json
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.db import transaction

from benchmarks.exports import import_one, stored_rows
from monitoring.importing.reading.tables import FileError
from monitoring.models import ImportRun
from tests.monitoring.mutations import COPY, Case, mutated
from tests.monitoring.test_exports import CASES

SEEDS, SHORT = 500, 40  # so many with `make test-long`; the first of them with `make test`
LONGER, AGAIN = 0.6, 0.2  # the share of files that are made longer, and of those that are damaged twice
USUAL = re.compile(r"From \d|Languages: |\d+ of the first")  # said of any file
COPIED = re.compile(rf" {COPY}\d+$")

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Outcome:
    """What an import stored and what it said, without figures."""

    rows: list[dict[str, Any]]
    said: frozenset[str]


def imported(path: Path, asked: dict[str, Any]) -> Outcome:
    """Everything is accepted as it is proposed; nothing stays in the database."""
    with undone():
        import_one(path.parent, asked)
        run = ImportRun.objects.latest("id")
        preview = run.preview or {}
        said = {one["text"] for one in preview.get("questions", [])} | set(preview.get("findings", []))
        said = {re.sub(r"\d+", "9", text) for text in said if not USUAL.match(text)}
        said |= {f"{run.rows_rejected} rejected", f"{run.rows_repaired} repaired", run.error}
        said |= {f"{one['count']} unknown: {name}" for name, one in run.unknown_values.items()}
        return Outcome(stored_rows(), frozenset(said))


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@cache
def first_import(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "expected.json").read_text(encoding="utf-8"))["imports"][0]
    return found


@cache
def as_it_was(path: Path) -> Outcome:
    """`test_exports` sees that this is what the case expects."""
    return imported(path, first_import(path.parent))


def key(row: dict[str, Any]) -> tuple[str, str]:
    return COPIED.sub("", row["text"]), row["author"]


def differences(before: Outcome, after: Outcome) -> list[str]:
    """Posts of the same text and author that have another time or sentiment."""
    right: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in before.rows:
        right[key(row)].append(row)
    return [
        f"{row['text']!r}: {name} is {row[name]}, not one of {[one[name] for one in right[key(row)]]}"
        for row in after.rows
        for name in ("posted_at", "sentiment")
        if key(row) in right and row[name] not in [one[name] for one in right[key(row)]]
    ]


def damaged(path: Path, before: Outcome, seed: int, made: Path) -> str:
    """Writes the file; returns what was done to it."""
    random = Random(seed)
    case = Case.of(path)
    if case.rows and before.rows and random.random() < LONGER:
        case = case.longer({row["text"] for row in before.rows})
    done, data = mutated(case, random)
    made.write_bytes(data)
    if random.random() < AGAIN and (case := readable(made)):
        more, data = mutated(case, random)
        done = f"{done}, {more}"
        made.write_bytes(data)
    modified = path.stat().st_mtime  # relative dates count from it
    os.utime(made, (modified, modified))
    return done


def readable(path: Path) -> Case | None:
    try:
        case = Case.of(path)
    except FileError:
        return None
    return case if case.rows else None


@pytest.mark.parametrize(
    "seed",
    [pytest.param(seed, marks=[pytest.mark.long] if seed >= SHORT else []) for seed in range(SEEDS)],
)
def test_no_damage_is_stored_without_a_word(seed: int, tmp_path: Path) -> None:
    folder = CASES[seed % len(CASES)].parent
    asked = first_import(folder)
    before = as_it_was(folder / asked["file"])
    done = damaged(folder / asked["file"], before, seed, tmp_path / asked["file"])
    after = imported(tmp_path / asked["file"], asked)
    wrong = differences(before, after)
    assert not wrong or after.said - before.said, f"{folder.name}, {done}: {wrong}"


def test_another_time_and_another_sentiment_would_be_noticed() -> None:
    path = CASES[0].parent / first_import(CASES[0].parent)["file"]
    before = as_it_was(path)
    row = before.rows[0]
    changed = {**row, "text": f"{row['text']} {COPY}3", "posted_at": "2020-01-01T00:00:00Z", "sentiment": "?"}
    assert before.rows
    assert differences(before, before) == []
    assert len(differences(before, Outcome([changed], frozenset()))) == 2
