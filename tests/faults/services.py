"""A PostgreSQL cluster and a Redis of the tests' own, to be killed and stopped for real."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import psycopg
from redis import Redis

from demo.embedded import Servers
from demo.embedded.postgres import _binary
from tests.processes import wait_until


class Services:
    """What a commit has promised survives the death of any process (only a power cut is left out: no fsync)."""

    def __init__(self, directory: Path) -> None:
        self._servers = Servers(directory)
        self.postgres, self.redis = self._servers.servers
        self.sockets = self._servers.sockets

    def start(self) -> None:
        self._servers.start()
        self.sql("ALTER SYSTEM SET fsync = off")
        self.sql("SELECT pg_reload_conf()")

    def stop(self) -> None:
        self._servers.leave()

    def database_url(self, name: str) -> str:
        return f"postgres://postgres@/{self.sockets}/{name}"

    @property
    def redis_url(self) -> str:
        return f"unix://{self.sockets}/redis.sock?db=0"

    def broker(self) -> Redis:
        return Redis.from_url(self.redis_url, socket_timeout=5)

    def sql(self, statement: str, database: str = "postgres", **values: Any) -> list[tuple[Any, ...]]:
        """Run one statement outside Django and outside any transaction; returns its rows."""
        with psycopg.connect(
            host=str(self.sockets), user="postgres", dbname=database, autocommit=True
        ) as connection:
            cursor = connection.execute(statement, values or None)  # type: ignore[arg-type]
            return cursor.fetchall() if cursor.description else []

    def make_ready(self) -> None:
        """As every test expects it: both run, Redis is empty."""
        for server in (self.postgres, self.redis):
            if process_id := server.process_id():
                os.kill(process_id, signal.SIGCONT)
        self.start_again()
        client = self.broker()
        client.config_set("maxmemory", "256mb")
        client.flushall()

    def start_again(self) -> list[str]:
        """Start what is down, as an operator or a supervisor would; returns its names."""
        return self._servers.restart_dead()

    def take_down(self, server: Any, number: signal.Signals) -> None:
        """SIGQUIT is what `pg_ctl stop -m immediate` sends; SIGKILL leaves no word at all."""
        process_id = server.process_id()
        os.kill(process_id, number)
        wait_until(lambda: server.process_id() is None)

    def restart_at_once(self) -> float:
        """`pg_ctl restart -m immediate`; returns for how many seconds PostgreSQL was away."""
        began = time.monotonic()
        self.take_down(self.postgres, signal.SIGQUIT)
        self.start_again()
        return time.monotonic() - began


def program(name: str) -> str:
    """The path of one of the programs that come with PostgreSQL."""
    return str(_binary(name))
