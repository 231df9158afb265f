"""Language codes from what cells say: "Portuguese (Brazil)" is pt-br, "Türkçe" is tr, "eng" is en."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from babel import Locale
from babel.core import get_global

from monitoring.importing.meaning.words import bare

# Languages whose names for all languages are known; every one of AUTONYMS knows its own name.
NAMED_IN = (
    *(
        "en",
        "tr",
        "pl",
        "zh",
        "zh_Hant",
        "ru",
        "de",
        "fr",
        "es",
        "pt",
        "it",
        "nl",
        "uk",
        "ja",
        "ko",
        "sv",
        "da",
        "nb",
    ),
    *("fi", "cs", "hu", "ro", "el", "ar"),
)
AUTONYMS = (
    *(
        "af",
        "am",
        "az",
        "be",
        "bg",
        "bn",
        "bs",
        "ca",
        "cy",
        "et",
        "eu",
        "fa",
        "fil",
        "ga",
        "gl",
        "gu",
        "he",
        "hi",
        "hr",
    ),
    *(
        "hy",
        "id",
        "is",
        "ka",
        "kk",
        "km",
        "kn",
        "ky",
        "lo",
        "lt",
        "lv",
        "mk",
        "ml",
        "mn",
        "mr",
        "ms",
        "my",
        "ne",
        "nn",
    ),
    *("pa", "ps", "si", "sk", "sl", "sq", "sr", "sw", "ta", "te", "th", "ur", "uz", "vi", "zu"),
)
NOT_SAID = {"und", "zxx", "mis", "mul", "art", "qme", "qht", "qam", "qst", "qct", "xx", "unknown", "other"}
CODE = re.compile(
    r"(?P<language>[a-z]{2,3})(?:[-_](?P<script>[a-z]{4}))?(?:[-_](?P<region>[a-z]{2}|\d{3}))?", re.IGNORECASE
)
IN_BRACKETS = re.compile(r"(?P<name>[^()]+?)\s*[(（](?P<where>[^()]+)[)）]")
OTHER_NAMES = {
    "chinese simplified": "zh-hans",
    "simplified chinese": "zh-hans",
    "chinese traditional": "zh-hant",
    "traditional chinese": "zh-hant",
    "简体中文": "zh-hans",
    "繁體中文": "zh-hant",
    "繁体中文": "zh-hant",
    "mandarin": "zh",
    "汉语": "zh",
    "farsi": "fa",
    "tagalog": "fil",
    "castilian": "es",
    "castellano": "es",
    "flemish": "nl",
    "bahasa indonesia": "id",
    "bahasa melayu": "ms",
    "brazilian": "pt-br",
    "ingilizce": "en",
    "norwegian": "no",
}
OLD_CODES = {"iw": "he", "in": "id", "ji": "yi", "jw": "jv", "mo": "ro", "tl": "fil"}
PLACES = {"us": "us", "usa": "us", "uk": "gb", "latam": "419", "simplified": "hans", "traditional": "hant"}


@lru_cache(maxsize=10_000)
def language_code(cell: str) -> str:
    """A code in lower case with hyphens, of at most eleven characters; "" for what is not known."""
    cell = cell.strip()
    if not cell or len(cell) > 60 or cell.casefold() in NOT_SAID:
        return ""
    return _from_code(cell) or _from_name(cell)


def _from_code(cell: str) -> str:
    match = CODE.fullmatch(cell.split(".")[0])  # "en_US.UTF-8"
    if not match:
        return ""
    language = match["language"].casefold()
    language = OLD_CODES.get(language) or str(get_global("language_aliases").get(language, language))
    if language not in _codes():
        return ""
    return "-".join(str(part).casefold() for part in (language, match["script"], match["region"]) if part)


def _from_name(cell: str) -> str:
    if found := _names().get(bare(cell)):
        return found
    match = IN_BRACKETS.fullmatch(cell)
    if not match:
        return ""
    language = _names().get(bare(match["name"]), "")
    where = _places().get(bare(match["where"]), "")
    return f"{language}-{where}" if language and where and "-" not in language else language


@cache
def _codes() -> set[str]:
    return {str(code).casefold() for code in Locale("en").languages}


@cache
def _names() -> dict[str, str]:
    """Folded name → code. Where two languages have one name, the first of the lists is meant."""
    names = {bare(name): code for name, code in OTHER_NAMES.items()}
    for code in (*NAMED_IN, *AUTONYMS):
        for language, name in Locale.parse(code).languages.items():
            if code in NAMED_IN or language == code:
                names.setdefault(bare(str(name)), str(language).replace("_", "-").casefold())
    return names


@cache
def _places() -> dict[str, str]:
    """Folded name of a country or a script → code."""
    places = dict(PLACES)
    for code in NAMED_IN:
        for territory, name in Locale.parse(code).territories.items():
            places.setdefault(bare(str(name)), str(territory).casefold())
    places |= {code.casefold(): code.casefold() for code in map(str, Locale("en").territories)}
    return places | PLACES
