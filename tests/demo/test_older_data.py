"""`make demo` over data of another version: set aside whole, said in one sentence; a named database is left alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from demo.embedded import EmbeddedError, Servers, database_url
from demo.folder import Folder
from demo.supervisor import Demo
from tests.demo.older import KNOWN, UNKNOWN, record_migrations, tables
from tests.demo.running import run_demo
from tests.processes import free_port

pytestmark = pytest.mark.processes


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    return Folder(tmp_path / "var")


@pytest.fixture
def start(folder: Folder) -> Callable[[], None]:
    """Start the demo's servers as `make demo` does, and stop them again."""

    def run() -> None:
        demo = Demo("127.0.0.1", 8000, folder)
        with folder.hold("a test"):
            try:
                demo.start_servers()
            finally:
                demo.servers.leave()

    return run


def set_aside(folder: Folder) -> list[Path]:
    return list(folder.path.glob("set-aside-*"))


def test_known_migrations_are_kept(
    folder: Folder, start: Callable[[], None], capsys: pytest.CaptureFixture[str]
) -> None:
    record_migrations(folder.path, KNOWN)
    folder.remember_migrations()
    start()
    assert set_aside(folder) == []
    assert "set-aside" not in capsys.readouterr().out
    kept = Servers(folder.path, with_redis=False)
    kept.start()
    assert tables(folder.path) == {"tables": ["django_migrations"], "recorded": [KNOWN]}
    kept.leave()


def test_unknown_migrations_are_set_aside_whole(
    folder: Folder, start: Callable[[], None], capsys: pytest.CaptureFixture[str]
) -> None:
    record_migrations(folder.path, KNOWN, UNKNOWN)
    (folder.path / "files").mkdir()
    (folder.path / "demo.env").write_text("DEMO=true\nSECRET_KEY=of-the-older-data\n")
    start()
    (aside,) = set_aside(folder)
    assert f"they are kept in {aside}, and the demo starts afresh.\n" in capsys.readouterr().out
    assert {"demo.env", "files", "postgres"} <= {entry.name for entry in aside.iterdir()}
    assert "of-the-older-data" not in (folder.path / "demo.env").read_text()
    older = Servers(aside, with_redis=False)
    older.start()
    assert tables(aside)["recorded"] == [KNOWN, UNKNOWN]
    older.leave()


def test_an_edited_migration_sets_the_data_aside(folder: Folder, start: Callable[[], None]) -> None:
    record_migrations(folder.path, KNOWN)
    folder.remember_migrations()
    kept = folder.path / "migrations.json"
    kept.write_text(json.dumps(json.loads(kept.read_text()) | {"people.0001_initial": "of another text"}))
    start()
    assert len(set_aside(folder)) == 1


def test_another_postgresql_sets_the_data_aside(folder: Folder, start: Callable[[], None]) -> None:
    record_migrations(folder.path, KNOWN)
    (folder.path / "postgres" / "PG_VERSION").write_text("9\n")
    start()
    (aside,) = set_aside(folder)
    assert (aside / "postgres" / "PG_VERSION").read_text() == "9\n"
    assert (folder.path / "postgres" / "PG_VERSION").read_text() != "9\n"


def test_data_that_another_command_uses_stay(folder: Folder, start: Callable[[], None]) -> None:
    record_migrations(folder.path, UNKNOWN)
    other_command = Servers(folder.path)
    other_command.start()
    with pytest.raises(EmbeddedError, match="Another command still uses"):
        start()
    assert set_aside(folder) == []
    assert tables(folder.path)["recorded"] == [UNKNOWN]
    other_command.leave()


def test_a_named_database_is_refused_and_left_untouched(folder: Folder, tmp_path: Path) -> None:
    named = tmp_path / "named"
    record_migrations(named, KNOWN, UNKNOWN)
    before = {"tables": ["django_migrations"], "recorded": [KNOWN, UNKNOWN]}
    servers = Servers(named, with_redis=False)
    servers.start()
    refused = run_demo(folder.path, DATABASE_URL=database_url(named), PORT=str(free_port()))
    assert refused.returncode == 1
    assert refused.stderr.startswith("The database that DATABASE_URL names was made by another version")
    assert refused.stderr.count("\n") == 1
    assert tables(named) == before
    servers.leave()
    assert set_aside(folder) == []


def test_a_reset_leaves_what_was_set_aside(folder: Folder) -> None:
    for name in ("set-aside-2026-11-28-021500", "postgres", "test", "run", "static"):
        (folder.path / name).mkdir(parents=True)
    folder.empty()
    assert sorted(entry.name for entry in folder.path.iterdir()) == [
        "run",
        "set-aside-2026-11-28-021500",
        "test",
    ]
