"""10,000 deadlines due at the same instant, and a hundred in a quiet minute."""

from __future__ import annotations

import os
import time
from typing import Any

from benchmarks import bare
from benchmarks.installation import Site, own_site, where

WORKERS = 2
LEAD_SECONDS = 5  # from arming to the moment at which all are due
QUIET_PAUSE_SECONDS = 0.6  # a hundred in a minute
MOST_SECONDS = 900

LATENESS = """
    SELECT count(*), percentile_disc(ARRAY[0.5, 0.99, 1.0]) WITHIN GROUP (ORDER BY late), max(fired), min(due_at)
    FROM (SELECT extract(epoch FROM entry.at - due_at)::float AS late, entry.at AS fired, due_at
          FROM escalations_deadline deadline JOIN journal_entry entry ON entry.id = deadline.entry_id
          WHERE deadline.id > {after} AND step = 0) firing
"""
DOUBLED = """
    SELECT count(*) FROM (SELECT data->>'deadline' FROM journal_entry WHERE kind LIKE 'deadline.missed%'
                          GROUP BY 1 HAVING count(*) > 1) doubled
"""


def measure(count: int, quiet_count: int) -> dict[str, Any]:
    """Fired per second, how late (seconds from due to the journal entry), and how that compares with the bare limit."""
    with own_site() as site:
        site.run(
            "-c", "import django; django.setup(); from benchmarks.loading import make_people; make_people()"
        )
        with site.workers(WORKERS):
            _wait(
                lambda: (
                    site.ask("SELECT count(*) FROM escalations_heartbeat WHERE process = 'engine'")[0] == 1
                )
            )
            quiet = _run(site, quiet_count, spread=quiet_count * QUIET_PAUSE_SECONDS)
            before = bare.rows_per_second(where(site.database_url), count, WORKERS)
            storm = _run(site, count)
            after = bare.rows_per_second(where(site.database_url), count, WORKERS)
        (doubled,) = site.ask(DOUBLED)
    per_second = count / storm["seconds"]
    limit = (before + after) / 2  # the machine may have other work meanwhile
    return {
        "count": count,
        "workers": WORKERS,
        "processors": os.cpu_count(),
        "fired": storm["fired"],
        "lost": count - storm["fired"] + quiet_count - quiet["fired"],
        "doubled": doubled,
        "fired_per_second": round(per_second, 1),
        "lateness_p50_seconds": storm["p50"],
        "lateness_p99_seconds": storm["p99"],
        "lateness_max_seconds": storm["max"],
        "bare_per_second": round(limit, 1),
        "ratio_to_bare": round(per_second / limit, 3),
        "quiet_count": quiet_count,
        "quiet_lateness_p50_seconds": quiet["p50"],
        "quiet_lateness_p99_seconds": quiet["p99"],
        "quiet_lateness_max_seconds": quiet["max"],
    }


def _run(site: Site, count: int, *, spread: float = 0) -> dict[str, Any]:
    (after,) = site.ask("SELECT coalesce(max(id), 0) FROM escalations_deadline")
    site.run(
        "-c",
        "import django; django.setup(); from benchmarks.loading import arm_many; "
        f"arm_many({count}, due_in={LEAD_SECONDS}, spread={spread})",
    )
    armed = f"SELECT count(*) FROM escalations_deadline WHERE id > {after} AND step = 0 AND state = 'armed'"  # noqa: S608
    _wait(lambda: site.ask(armed)[0] == 0)
    fired, (p50, p99, most), last, due = site.ask(LATENESS.format(after=after))
    return {
        "fired": fired,
        "p50": round(p50, 3),
        "p99": round(p99, 3),
        "max": round(most, 3),
        "seconds": (last - due).total_seconds(),
    }


def _wait(condition: Any) -> None:
    until = time.monotonic() + MOST_SECONDS
    while not condition() and time.monotonic() < until:
        time.sleep(0.5)
