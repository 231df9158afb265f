"""A database of the benchmark's own on whatever servers there are, and the product's processes on it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import environ
import psycopg
from psycopg import sql

from demo.embedded import configured_servers, database_url, redis_url
from demo.processes import BASE_DIR, spawn

DATABASE = "crisis_benchmark"
CELERY = (sys.executable, "-m", "celery", "-A", "crisis")
WORKER = (
    *CELERY,
    "worker",
    "--concurrency",
    "1",
    "--loglevel",
    "warning",
    "--without-gossip",
)
BEAT = (*CELERY, "beat", "--loglevel", "warning", "--scheduler", "celery.beat.Scheduler")


@dataclass
class Site:
    database_url: str
    redis_url: str
    directory: Path

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "crisis.settings",
            "TESTING": "true",
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "VAR_DIR": str(self.directory),
        }

    def ask(self, question: str) -> tuple[Any, ...]:
        """The only row of the answer."""
        with psycopg.connect(**where(self.database_url)) as connection:
            (row,) = connection.execute(question).fetchall()
            return row

    def run(self, *command: str) -> None:
        """Run Python with these arguments to its end. Raises CalledProcessError."""
        subprocess.run([sys.executable, *command], cwd=BASE_DIR, env=self.environment(), check=True)  # noqa: S603

    @contextmanager
    def workers(self, number: int, queue: str = "engine") -> Iterator[list[subprocess.Popen[bytes]]]:
        """The beat and `number` workers that it wakes; those of the queue "engine" fire deadlines."""
        names = [f"{queue}-{place}@%h" for place in range(number)]
        commands = [BEAT, *([*WORKER, "--queues", queue, "--hostname", name] for name in names)]
        processes = [
            spawn(command, self.environment(), self.directory / f"process-{place}.log")
            for place, command in enumerate(commands)
        ]
        try:
            yield processes
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(30)
                process.kill()


@contextmanager
def own_site() -> Iterator[Site]:
    """A migrated, empty installation that is gone when the block ends.

    On the servers that DATABASE_URL and REDIS_URL name, or on embedded ones, as durable as those of an installation.
    """
    with tempfile.TemporaryDirectory(prefix="crisis-benchmark-") as name:
        directory = Path(name)
        servers = configured_servers(directory)
        servers.start()
        maintenance = os.environ.get("DATABASE_URL") or database_url(directory)
        before, _slash, rest = maintenance.rpartition("/")
        own = f"{before}/{DATABASE}{rest[rest.find('?') :] if '?' in rest else ''}"
        site = Site(own, os.environ.get("REDIS_URL") or redis_url(directory), directory)
        try:
            with psycopg.connect(**where(maintenance), autocommit=True) as connection:
                connection.execute(_DROP)
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
            site.run("manage.py", "migrate", "--verbosity", "0")
            yield site
        finally:
            with psycopg.connect(**where(maintenance), autocommit=True) as connection:
                connection.execute(_DROP)
            servers.leave()


_DROP = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(DATABASE))


def where(url: str) -> dict[str, Any]:
    """A database's URL, as Django reads it, in psycopg's words."""
    config = environ.Env.db_url_config(url)
    names = {"NAME": "dbname", "HOST": "host", "PORT": "port", "USER": "user", "PASSWORD": "password"}
    return {theirs: config[ours] for ours, theirs in names.items() if config.get(ours)} | config.get(
        "OPTIONS", {}
    )
