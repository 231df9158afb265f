"""Databases as other versions of Crisis Desk left them."""

from __future__ import annotations

from pathlib import Path

import psycopg

from demo.embedded import Servers

UNKNOWN = ("incidents", "0099_of_another_version")
KNOWN = ("people", "0001_initial")


def record_migrations(var: Path, *migrations: tuple[str, str]) -> None:
    """Make the embedded PostgreSQL of `var`, whose database says that it has these migrations."""
    servers = Servers(var, with_redis=False, durable=False)
    servers.start()
    with _connection(var) as connection:
        connection.execute(
            "CREATE TABLE django_migrations (id serial, app text, name text, applied timestamptz DEFAULT now())"
        )
        for migration in migrations:
            connection.execute("INSERT INTO django_migrations (app, name) VALUES (%s, %s)", migration)
    servers.leave()


def tables(var: Path) -> dict[str, list[tuple[str, str]]]:
    """The tables in the database of `var`, and the migrations that it records. Something must keep it running."""
    with _connection(var) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        recorded = connection.execute("SELECT app, name FROM django_migrations ORDER BY id").fetchall()
    return {"tables": sorted(name for (name,) in names), "recorded": recorded}


def _connection(var: Path) -> psycopg.Connection:
    return psycopg.connect(host=str(Servers(var).sockets), dbname="crisis", user="postgres")
