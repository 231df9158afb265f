"""The heads of the journal's streams, exported and signed outside the database.

Whoever can change every table can cut entries off a stream's end and turn its head back: nothing inside the database
shows that. A file that says how far the stream had come does.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import connection

from journal.models import Stream

EXPORT_EVERY = timedelta(hours=1)
KEPT_FILES = 72
NAME = "heads-%Y%m%dT%H%M%SZ.json"

# Stream name to the number of its last entry and that entry's hash.
Heads = dict[str, tuple[int, str]]

MISSING = """
    SELECT head.stream, head.seq
    FROM unnest(%s::text[], %s::integer[], %s::text[]) AS head (stream, seq, hash)
    LEFT JOIN journal_entry entry ON entry.stream_id = head.stream AND entry.seq = head.seq
    WHERE entry.hash IS DISTINCT FROM head.hash
    ORDER BY head.stream
"""


class Forged(Exception):
    """The file does not say what was signed."""


@dataclass(frozen=True)
class Export:
    path: Path
    heads: Heads

    @property
    def at(self) -> datetime:
        return datetime.strptime(self.path.name, NAME).replace(tzinfo=UTC)


def _signer() -> Signer:
    return Signer(salt="crisis.journal-heads")


def files() -> list[Path]:
    """The exports that are kept, oldest first."""
    return sorted(settings.JOURNAL_HEADS_DIR.glob("heads-*.json"))


def read(path: Path) -> Export:
    """Raises Forged."""
    try:
        heads = json.loads(_signer().unsign(path.read_text(encoding="utf-8")))
    except (BadSignature, ValueError) as error:
        raise Forged(f"{path.name} was changed after it was signed, or SECRET_KEY was") from error
    return Export(path, {name: (seq, digest) for name, (seq, digest) in heads.items()})


def contradicted(heads: Heads) -> list[tuple[str, int]]:
    """The streams whose exported last entry is gone or another one, with its number."""
    with connection.cursor() as cursor:
        cursor.execute(
            MISSING,
            [
                list(heads),
                [seq for seq, _hash in heads.values()],
                [digest for _seq, digest in heads.values()],
            ],
        )
        return cursor.fetchall()


def export() -> Export:
    """Write where every stream stands. A stream that was cut off keeps the head that it had: none goes back.

    Raises Forged when the export before was tampered with, OSError when the directory cannot be written to.
    """
    kept = files()
    before = read(kept[-1]).heads if kept else {}
    begun = Stream.objects.filter(last_seq__gt=0)  # others were only locked: there is no entry to contradict
    now = {name: (seq, digest) for name, seq, digest in begun.values_list("name", "last_seq", "last_hash")}
    heads = now | {name: before[name] for name, _seq in contradicted(before)}
    settings.JOURNAL_HEADS_DIR.mkdir(parents=True, exist_ok=True)
    path = settings.JOURNAL_HEADS_DIR / datetime.now(UTC).strftime(NAME)
    draft = path.with_suffix(f".{os.getpid()}")
    draft.write_text(_signer().sign(json.dumps(heads, sort_keys=True)), encoding="utf-8")
    draft.replace(path)
    for old in kept[: -KEPT_FILES + 1]:
        old.unlink(missing_ok=True)
    return Export(path, heads)


def export_if_due() -> None:
    kept = files()
    if not kept or datetime.now(UTC) - Export(kept[-1], {}).at >= EXPORT_EVERY:
        export()
