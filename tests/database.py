"""The migrated database that every test database is copied from: migrating takes seconds, a copy takes none.

It stays on the server from run to run, beside the databases of the tests, until what migrations load changes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import django
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from psycopg import sql

WHAT_MIGRATIONS_READ = ("migrations/*.py", "data/*")


def migrated_template() -> str:
    """The name of the database to copy; it is migrated first where its migrations are not those of this checkout.

    Many processes may ask at once: one of them migrates, the others wait for it.
    """
    name = f"template_{connection.settings_dict['NAME']}"
    wanted = fingerprint()
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])  # held until the cursor is closed
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name]
        )
        if cursor.fetchone() == (wanted,):
            return name
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        _migrate(name)
        # Last, so that nobody takes one for whole whose making was interrupted.
        cursor.execute(
            sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(wanted))
        )
    return name


def _migrate(name: str) -> None:
    connection.close()
    configured, connection.settings_dict["NAME"] = connection.settings_dict["NAME"], name
    try:
        call_command("migrate", interactive=False, verbosity=0)
    finally:
        connection.close()  # a database with guests cannot be copied
        connection.settings_dict["NAME"] = configured


def fingerprint() -> str:
    """Changes with every file that could make a migrated database another one, and daily: rows bear today's date."""
    digest = hashlib.sha256(f"{django.__version__} {timezone.now().date()}".encode())
    for path in _files():
        digest.update(f"{path.parent.parent.name}/{path.name}".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _files() -> Iterator[Path]:
    for app in apps.get_app_configs():
        for pattern in WHAT_MIGRATIONS_READ:
            yield from sorted(path for path in Path(app.path).glob(pattern) if path.is_file())
