"""A file of posts through the product's own import, beside bare COPY of the same rows into the same tables.

Both write posts and mentions with all their indexes and checks. `ratio` compares the whole way of the file, the look
at it included, with COPY; memory is the most that the importing process had.
"""

from __future__ import annotations

import csv
import json
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.installation import own_site
from demo.processes import BASE_DIR

WORDS = [
    "delay",
    "refund",
    "queue",
    "crew",
    "bag",
    "gate",
    "seat",
    "app",
    "call",
    "answer",
    "hours",
    "again",
    "thanks",
    "late",
    "plane",
    "ticket",
]
# Without the import: only the posts' tables are emptied and filled again.
MENTIONS = """
    SELECT id, posted_at, person, is_brand_own, sentiment, sentiment_source, line, stored_at, brand_id, post_id,
        NULL::bigint AS run_id
    FROM monitoring_mention
"""
START = datetime(2025, 3, 1, tzinfo=UTC)


def measure(count: int) -> dict[str, Any]:
    with own_site() as site:
        command = [sys.executable, "-m", "benchmarks.ingest", str(count), str(site.directory / "posts.csv")]
        ended = subprocess.run(  # noqa: S603
            command, cwd=BASE_DIR, env=site.environment(), check=True, stdout=subprocess.PIPE
        )
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def write_file(path: Path, count: int) -> None:
    """Posts of 300,000 people at most, a fifth of them with a line break."""
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["id", "created_at", "author", "text", "url", "sentiment", "likes", "followers", "lang"])
        for number in range(count):
            words = [WORDS[number * step % len(WORDS)] for step in range(3, 21)]
            text = f"Kestrel {number} {' '.join(words[:9])}{chr(10) if number % 5 == 0 else ', '}{' '.join(words[9:])}"
            author = f"person_{number * 7919 % 300_000}"
            at = (START + timedelta(seconds=7 * number)).isoformat()
            sentiment = ("negative", "neutral", "positive")[number % 3]
            url = f"https://x.com/{author}/status/{18 * 10**17 + number}"
            out.writerow(
                [18 * 10**17 + number, at, author, text, url, sentiment, number % 90, number % 5000, "en"]
            )


def import_file(path: Path) -> dict[str, float]:
    """Seconds for the look and for storing."""
    from monitoring import actions
    from monitoring.importing.run import carry_on

    run = actions.register_file(path=path, brand=actions.add_brands(["Kestrel"])[0])
    began = time.monotonic()
    carry_on(run.pk)
    looked = time.monotonic()
    run.refresh_from_db()
    actions.accept_preview(run=run, actor=None)
    carry_on(run.pk)
    ended = time.monotonic()
    run.refresh_from_db()
    return {"look": looked - began, "store": ended - looked, "stored": run.rows_stored}


def bare_copy() -> float:
    """Seconds to copy what the import has stored into the same, emptied tables."""
    from django.db import connection, transaction

    tables = {"monitoring_post": "TABLE monitoring_post", "monitoring_mention": MENTIONS}
    content: dict[str, tuple[str, bytes]] = {}
    with connection.cursor() as cursor:
        for table, query in tables.items():
            cursor.execute(f"SELECT * FROM ({query}) t LIMIT 0")  # noqa: S608 (of the lines above)
            names = ", ".join(column.name for column in cursor.description)
            with cursor.copy(f"COPY ({query}) TO STDOUT") as copy:
                content[table] = names, b"".join(copy)
        cursor.execute("TRUNCATE monitoring_sighting, monitoring_mention, monitoring_post CASCADE")
        began = time.monotonic()
        with transaction.atomic():
            for table, (names, rows) in content.items():
                with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                    copy.write(rows)
    return time.monotonic() - began


def run(count: int, path: Path) -> dict[str, Any]:
    write_file(path, count)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    took = import_file(path)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    copied = bare_copy()
    whole = took["look"] + took["store"]
    return {
        "rows": count,
        "stored": took["stored"],
        "look_rows_per_second": round(count / took["look"]),
        "store_rows_per_second": round(count / took["store"]),
        "rows_per_second": round(count / whole),
        "bare_copy_rows_per_second": round(count / copied),
        "ratio": round(copied / whole, 2),
        "ratio_of_storing": round(copied / took["store"], 2),
        "memory_mb": round(peak),
        "memory_before_mb": round(before),
    }


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(run(int(sys.argv[1]), Path(sys.argv[2]))))  # noqa: T201
