"""Word lists of the cells' meanings, and how words are compared."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import cache, lru_cache, wraps
from pathlib import Path
from typing import Any, TypeVar

from monitoring.importing.meaning.moments.lexicon import fold

__all__ = ["bare", "fold", "remembered", "word_list"]

LONGEST = 300  # cells that are remembered; a file may have a million long ones
Value = TypeVar("Value")


def bare(text: str) -> str:
    """Folded, without dots, hyphens and doubled blanks: "Neg." is "neg", "Very-Negative" is "very negative"."""
    return " ".join(fold(text).replace(".", "").replace("_", " ").replace("-", " ").split())


@cache
def word_list(name: str) -> dict[str, Any]:
    """A TOML file beside this module."""
    return tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8"))


def remembered(function: Callable[[str], Value]) -> Callable[[str], Value]:
    """Keeps what the function said of the latest 4,000 cells, as far as they are short."""
    known = lru_cache(maxsize=4_000)(function)

    @wraps(function)
    def ask(cell: str) -> Value:
        return known(cell) if len(cell) <= LONGEST else function(cell)

    return ask
