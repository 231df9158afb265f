"""The bare limit of this machine: lock and update as many rows with SKIP LOCKED, by plain psycopg, one by one.

Each row has a transaction of its own, as each deadline has: what fails takes nothing else with it.
"""

from __future__ import annotations

import multiprocessing
import time
from typing import Any

import psycopg

DUE = "SELECT id FROM bare WHERE state = 'armed' AND due_at <= now() ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED"


def rows_per_second(where: dict[str, Any], count: int, processes: int) -> float:
    with psycopg.connect(**where, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS bare")
        connection.execute(
            "CREATE TABLE bare (id bigint PRIMARY KEY, state text, due_at timestamptz, fired_at timestamptz)"
        )
        connection.execute("CREATE INDEX ON bare (due_at) WHERE state = 'armed'")
        connection.execute("INSERT INTO bare SELECT n, 'armed', now() FROM generate_series(1, %s) n", [count])
        connection.execute("ANALYZE bare")
    workers = [multiprocessing.Process(target=_work, args=(where,)) for _ in range(processes)]
    began = time.monotonic()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return count / (time.monotonic() - began)


def _work(where: dict[str, Any]) -> None:
    with psycopg.connect(**where) as connection:
        while row := connection.execute(DUE).fetchone():
            connection.execute("UPDATE bare SET state = 'fired', fired_at = now() WHERE id = %s", row)
            connection.commit()
