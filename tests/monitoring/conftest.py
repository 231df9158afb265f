"""Files and posts for the monitoring tests."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from monitoring import actions
from monitoring.importing.run import carry_on
from monitoring.models import ImportRun, Mention
from tests.factories import mentions, unsaved_mention

COLUMNS = ["id", "created_at", "platform", "brand", "author", "text", "sentiment"]
HOUR = timedelta(hours=1)
# A Sunday, 13:00 UTC, long enough ago that nothing about it is urgent.
SPIKE_HOUR = datetime(2026, 3, 8, 13, tzinfo=UTC)


def row(number: int = 1, **cells: str) -> dict[str, str]:
    return {
        "id": str(number),
        "created_at": "2026-03-01T10:00:00Z",
        "platform": "x",
        "brand": "Kestrel Air",
        "author": f"person-{number}",
        "text": f"Post number {number}",
        "sentiment": "neutral",
        **cells,
    }


def as_csv(rows: list[dict[str, str]], *, delimiter: str = ",") -> bytes:
    text = io.StringIO(newline="")
    names = list(rows[0]) if rows else COLUMNS
    writer = csv.DictWriter(text, names, delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


def look_at(run: ImportRun) -> ImportRun:
    """The worker's look at a file; afterwards it waits for a person."""
    carry_on(run.pk)
    run.refresh_from_db()
    return run


def accept(run: ImportRun, actor: Any = None, **options: Any) -> ImportRun:
    """The preview is accepted and the file stored."""
    actions.accept_preview(run=run, actor=actor)
    carry_on(run.pk, **options)
    run.refresh_from_db()
    return run


@pytest.fixture
def looked_at(tmp_path: Path, brand: Any) -> Callable[..., ImportRun]:
    """looked_at(rows or bytes, **answers) gives the file as the command does and returns it at its preview."""

    def look(
        content: list[dict[str, str]] | bytes, *, packed: bool = False, brand: Any = None, **answers: Any
    ) -> ImportRun:
        data = content if isinstance(content, bytes) else as_csv(content)
        path = tmp_path / f"mentions-{ImportRun.objects.count()}.csv"
        path.write_bytes(gzip.compress(data) if packed else data)
        return look_at(actions.register_file(path=path, brand=brand, answers=answers))

    return look


@pytest.fixture
def run_import(looked_at: Callable[..., ImportRun]) -> Callable[..., ImportRun]:
    """run_import(rows or bytes) accepts what is proposed and returns the ended run."""

    def run(content: list[dict[str, str]] | bytes, **options: Any) -> ImportRun:
        looked = looked_at(content, **options)
        return accept(looked) if looked.state == "preview" else looked

    return run


@pytest.fixture
def uploaded(alice: Any) -> Callable[..., ImportRun]:
    """uploaded(rows or bytes) is Alice's file, looked at and waiting for her."""

    def upload(
        content: list[dict[str, str]] | bytes,
        *,
        name: str = "mentions.csv",
        by: Any = alice,
        brand: Any = None,
    ) -> ImportRun:
        data = content if isinstance(content, bytes) else as_csv(content)
        run = actions.queue_upload(actor=by, upload=SimpleUploadedFile(name, data), brand=brand)
        return look_at(run)

    return upload


@pytest.fixture
def post(brand: Any) -> Callable[..., list[Mention]]:
    """post(at, people=9, sentiment="negative") stores one post each of so many people.

    `at` may be several moments; each of them gets so many.
    """

    def store(at: datetime | list[datetime], people: int = 1, **fields: Any) -> list[Mention]:
        start = Mention.objects.count()
        moments = at if isinstance(at, list) else [at]
        made = []
        for moment in moments:
            for second in range(people):
                number = start + len(made)
                given = {
                    "brand": brand,
                    "author": f"author-{number}",
                    "text": f"Nobody answers, number {number}",
                    "sentiment": "negative",
                    "posted_at": moment + timedelta(seconds=30 + second),
                    **fields,
                }
                made.append(unsaved_mention(**given))
        return mentions(made)

    return store


@pytest.fixture
def quiet_week(post: Callable[..., list[Mention]]) -> None:
    """Six days before SPIKE_HOUR with one complaint and two other posts in every hour between 9 and 17."""
    hours = [SPIKE_HOUR - day * 24 * HOUR + hour * HOUR for day in range(1, 7) for hour in range(-4, 5)]
    post(hours)
    post(hours, 2, sentiment="neutral")


@pytest.fixture
def raised(quiet_week: None, post: Callable[..., list[Mention]], brand: Any) -> Any:
    """A signal: twelve people complain at SPIKE_HOUR, where three people say anything as a rule."""
    post(SPIKE_HOUR, 12)
    (signal,) = actions.raise_signals(brand=brand, first=SPIKE_HOUR, last=SPIKE_HOUR + HOUR)
    return signal
