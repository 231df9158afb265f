"""Language codes from what cells say: "Portuguese (Brazil)" is pt-br, "Türkçe" is tr, "eng" is en."""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from babel.core import get_global
from babel.localedata import resolve_locale_filename

from monitoring.importing.meaning.words import bare, remembered, word_list

CODE = re.compile(
    r"(?P<language>[a-z]{2,3})(?:[-_](?P<script>[a-z]{4}))?(?:[-_](?P<region>[a-z]{2}|\d{3}))?", re.IGNORECASE
)
# "Portuguese (Brazil)", "English - US"
WITH_PLACE = re.compile(r"(?P<name>[^()（）,-]+)(?:[(（]|\s*[,-]\s*)(?P<where>[^()（）]+)[)）]?")


@remembered
def language_code(cell: str) -> str:
    """A code in lower case with hyphens, of at most eleven characters; "" for what is not known."""
    cell = cell.strip()
    if not cell or len(cell) > 60 or cell.casefold() in _data()["not_said"]:
        return ""
    return _from_code(cell) or _from_name(cell)


def _from_code(cell: str) -> str:
    match = CODE.fullmatch(cell.split(".")[0])  # "en_US.UTF-8"
    if not match:
        return ""
    language = match["language"].casefold()
    language = _data()["old_codes"].get(language) or str(
        get_global("language_aliases").get(language, language)
    )
    if language not in _codes():
        return ""
    return "-".join(str(part).casefold() for part in (language, match["script"], match["region"]) if part)


def _from_name(cell: str) -> str:
    if found := _names().get(bare(cell)):
        return found
    match = WITH_PLACE.fullmatch(cell)
    if not match:
        return ""
    language = _names().get(bare(match["name"]), "")
    where = _places().get(bare(match["where"]), "")
    return f"{language}-{where}" if language and where and "-" not in language else language


@cache
def _codes() -> set[str]:
    return {str(code).casefold() for code, _name in _named("languages", "en")}


@cache
def _names() -> dict[str, str]:
    """Folded name → code. Where two languages have one name, the first of the lists is meant."""
    names = {bare(name): code for name, code in _data()["other_names"].items()}
    for locale in (*_data()["named_in"], *_data()["autonyms"]):
        for language, name in _named("languages", locale):
            if locale in _data()["named_in"] or language == locale:
                names.setdefault(bare(str(name)), str(language).replace("_", "-").casefold())
    return names


def _named(what: str, locale: str) -> Iterable[tuple[str, str]]:
    """Codes and names as the language of `locale` has them. Babel's own reader would keep 80 MB of other things."""
    with Path(resolve_locale_filename(locale)).open("rb") as file:
        found: dict[str, str] = pickle.load(file).get(what, {})  # noqa: S301 (a file of Babel's)
    return found.items()


@cache
def _places() -> dict[str, str]:
    """Folded name or code of a country or a script → code."""
    places = {bare(name): code for name, code in _data()["places"].items()}
    for locale in _data()["named_in"]:
        for territory, name in _named("territories", locale):
            places.setdefault(bare(str(name)), str(territory).casefold())
            places.setdefault(str(territory).casefold(), str(territory).casefold())
    return places


def _data() -> dict[str, Any]:
    return word_list("languages")
