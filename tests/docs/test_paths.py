"""The documents name files of this repository: those must be there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
# `incidents/scope.py`, `demo/embedded/`; not what is made at run time, nor patterns
NAMED = re.compile(r"`((?:[a-z_]+/)+(?:[\w.-]+\.(?:py|toml|json|md|typ))?)`")
MADE_LATER = ("var/", "locale/")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_files_named_in_a_document_exist(document):
    named = {name for name in NAMED.findall(document.read_text()) if not name.startswith(MADE_LATER)}
    assert sorted(name for name in named if not (ROOT / name).exists()) == []


def test_a_name_of_nothing_is_noticed():
    assert NAMED.findall("see `incidents/nowhere.py` and `demo/embedded/`") == [
        "incidents/nowhere.py",
        "demo/embedded/",
    ]
