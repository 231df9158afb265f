"""Reads the demo's data files. Knows nothing of Django: the supervisor needs the names of the people, too."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path
from typing import Any

DATA_DIR = Path(__file__).resolve().parent / "data"
PASSWORD = "crisis-demo"  # noqa: S105 (known to everybody, which is why the demo stays on this machine)


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a CSV file below `data/`, by the names in its first line."""
    with (DATA_DIR / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def document(name: str) -> dict[str, Any]:
    """A TOML file below `data/`."""
    return tomllib.loads((DATA_DIR / f"{name}.toml").read_text(encoding="utf-8"))


def stories() -> dict[str, dict[str, Any]]:
    """Every file below `data/stories/`, by name."""
    return {
        path.stem: document(f"stories/{path.stem}") for path in sorted((DATA_DIR / "stories").glob("*.toml"))
    }
