"""Writes a batch of mentions in one statement and says exactly what happened to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from monitoring.importing.rows import Row
from monitoring.models import Mention

TYPES = {
    "brand_id": "bigint",
    "author_followers": "bigint",
    "is_brand_own": "boolean",
    "retweets": "bigint",
    "likes": "bigint",
    "replies": "bigint",
    "posted_at": "timestamptz",
}


@dataclass(frozen=True)
class Stored:
    rows: int
    first_posted_at: datetime | None
    last_posted_at: datetime | None


def _statement() -> str:
    columns = ", ".join(Row._fields)
    arrays = ", ".join(f"%s::{TYPES.get(name, 'text')}[]" for name in Row._fields)
    return f"""
        WITH arrived ({columns}) AS (SELECT * FROM unnest({arrays})),
        stored AS (
            INSERT INTO {Mention._meta.db_table} ({columns})
            SELECT {columns} FROM arrived ORDER BY source, external_id
            ON CONFLICT (source, external_id) DO NOTHING
            RETURNING posted_at
        )
        SELECT count(*), min(posted_at), max(posted_at) FROM stored
    """  # noqa: S608 - only names of our own columns


STATEMENT = _statement()


def store(rows: Sequence[Row]) -> Stored:
    """Insert what is not there yet. Must run in a transaction.

    One statement with one array per column is about as fast as COPY and, unlike `bulk_create(ignore_conflicts)`,
    tells how many rows were new. Sorting by the unique key keeps two imports of the same posts from locking
    each other out.
    """
    if not rows:
        return Stored(0, None, None)
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT, [list(column) for column in zip(*rows, strict=True)])
        return Stored(*cursor.fetchone())
