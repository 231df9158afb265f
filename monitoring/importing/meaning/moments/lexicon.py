"""The words that stand in dates, in many languages, and the tokens of a cell."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

FOLDED = str.maketrans("ıłđø’ʼ‘−–—～〜،、，", "ildo'''---~~,,,")
TOUCHING = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3"  # scripts without blanks between words
LETTER = rf"[^\W\d_{TOUCHING}]"


@dataclass(slots=True)
class Token:
    """A number, a word or a sign. `means` is what the word can be: {"month": 3, "noise": True}."""

    text: str
    number: int = -1  # its place among the numbers of the cell; -1 where it is none
    means: dict[str, Any] = field(default_factory=dict)


def fold(text: str) -> str:
    """Without case, accents and full-width forms: what people write in several ways compares equal."""
    text = text.casefold().translate(FOLDED)
    if text.isascii():
        return text
    bare = "".join(char for char in unicodedata.normalize("NFKD", text) if not _is_decoration(char))
    return unicodedata.normalize("NFC", bare).translate(FOLDED)


def _is_decoration(char: str) -> bool:
    return unicodedata.combining(char) > 0 or unicodedata.category(char) == "Cf"


def tokens(text: str) -> list[Token]:
    """Of a folded text, blanks as one sign " " each; dots after words are dropped."""
    found = []
    numbers = 0
    for match in _lexer().finditer(text):
        kind, part = match.lastgroup, match.group()
        if kind == "number":
            found.append(Token(part, numbers))
            numbers += 1
        elif kind == "blank":
            found.append(Token(" "))
        else:
            found.append(Token(part, means=lexicon().get(_key(part), {})))
    return found


@cache
def lexicon() -> dict[str, dict[str, Any]]:
    """Folded word or phrase → what it can be."""
    words: dict[str, dict[str, Any]] = {}

    def add(kind: str, value: Any, names: Iterable[str]) -> None:
        for name in names:
            words.setdefault(_key(fold(name)), {}).setdefault(kind, value)

    for number, names in enumerate(_data("names")["months"], start=1):
        add("month", number, names)
    add("noise", True, _data("names")["weekdays"])
    given = _data("words")
    for before, names in given["eras"].items():
        add("era", int(before), names)
    for kind, groups in (("mark", "marks"), ("half", "half"), ("unit", "units"), ("count", "numbers")):
        for value, names in given[groups].items():
            add(kind, value, names)
    for group in ("relative", "around"):
        for kind, names in given[group].items():
            add(kind, True, names)
    for names in zone_data().values():
        for name in names:
            add("zone", name, [name])
    return words


@cache
def _lexer() -> re.Pattern[str]:
    phrases = [word for word in lexicon() if " " in word or not re.fullmatch(LETTER + "+", word)]
    phrases.sort(key=len, reverse=True)
    separate = "|".join(_spaced(phrase) for phrase in phrases if re.match(LETTER, phrase))
    touching = "|".join(re.escape(phrase) for phrase in phrases if not re.match(LETTER, phrase))
    return re.compile(
        rf"(?P<number>\d+)|(?P<blank>\s+)|(?P<half>(?<!{LETTER})(?:[ap]\.?\s?m|[μπ]\.\s?μ|o\.\s?[os])(?!{LETTER})\.?)"
        rf"|(?P<phrase>(?<!{LETTER})(?:{separate})(?!{LETTER})|{touching})|(?P<word>{LETTER}+\.?)|(?P<sign>.)"
    )


def _spaced(phrase: str) -> str:
    """The phrase with a dot or several blanks between its words."""
    return re.escape(phrase).replace(r"\ ", r"\.?\s+")


def _key(word: str) -> str:
    return " ".join(word.replace(".", "").split()) or word


@cache
def _data(name: str) -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def zone_data() -> dict[str, dict[str, Any]]:
    """`hours`, `places` and `ambiguous` of zones.toml by folded name."""
    groups = {
        group: {_key(fold(name)): value for name, value in names.items()}
        for group, names in _data("zones").items()
    }
    for hours, names in _data("zone_names").items():
        groups["hours"] |= {_key(fold(name)): float(hours) for name in names}
    return groups
