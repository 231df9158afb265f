"""Word lists of the cells' meanings, and how words are compared."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from monitoring.importing.meaning.moments.lexicon import fold

__all__ = ["bare", "fold", "word_list"]


def bare(text: str) -> str:
    """Folded, without dots, hyphens and doubled blanks: "Neg." is "neg", "Very-Negative" is "very negative"."""
    return " ".join(fold(text).replace(".", "").replace("_", " ").replace("-", " ").split())


@cache
def word_list(name: str) -> dict[str, Any]:
    """A TOML file beside this module."""
    return tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8"))
