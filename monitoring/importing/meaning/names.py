"""What the name of a column says: which fields it may stand for, and how surely. The words are in names.toml."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from itertools import takewhile

from monitoring.importing.meaning.fields import COUNTS, FIELDS
from monitoring.importing.meaning.moments.lexicon import zone_data
from monitoring.importing.meaning.words import fold, word_list

SURE, MAYBE = 1.0, 0.65
AROUND = 0.9  # of a name, when words around it were left out
PART = 0.65  # when only its first or last word is known
ROLES = ("time_of_day", "outlet", "author_id")  # what a column may be besides a field
LONGEST = 300  # characters of a name that are read
# Fields for which PART is enough, because the cells can tell.
CHECKED = {"text", "posted_at", "url", "sentiment", "language", "title", "author", "outlet", *COUNTS}
# What "user ..." or "author ..." can still be; its address or its dates are not the post's.
OF_WRITER = {"author", "author_name", "author_id", "author_followers", "text", "sentiment"}

_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]|<[^>]*>|\{[^}]*\}|【[^】]*】|「[^」]*」")
_NUMBERING = re.compile(r"^\s*(#|[A-Za-z]?\d+\s*[.):\-–]+|\d+\s+(?=\D))\s*")
_STEP = re.compile(r"\.|__|/(?=\S+/)|(?<=\d)/|/(?=\d)")  # of a path into nested objects
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_ZONE = re.compile(
    r"(?:\b|_)(?:utc|gmt)(?:\s?[+\-−]\s?\d{1,2}(?::?\d{2})?)?(?![a-z])"
    r"|\b(?:Africa|America|Asia|Atlantic|Australia|Europe|Indian|Pacific)/[A-Za-z_/]+",
    re.IGNORECASE,
)
_OFFSET = re.compile(r"[+\-−]\d{1,2}(?::?\d{2})?")
_LAST = re.compile(r"[\s_]([A-Z]{3,5}|[+\-−]\d{1,2}:?\d{2})\s*$")  # "Date IST", "Date +0530"


@dataclass(frozen=True)
class Name:
    """What one name says. `fields`: field or role -> how surely, up to 1."""

    fields: dict[str, float] = field(default_factory=dict)
    about: str = ""  # "post" or "comment", where it says of which it is
    zone: str = ""  # as it stands in the name: "UTC", "GMT+3", "ET", "Europe/Berlin"
    is_other: bool = False  # known to be something else
    is_empty: bool = False  # "Column 3", "b": says nothing


def plain(name: str) -> str:
    """In small letters without accents and punctuation, words apart: "Beğeni-Sayısı" -> "begeni sayisi"."""
    return " ".join(re.sub(r"[\W_]+", " ", fold(name)).split())


class _Words:
    """names.toml, made plain for looking up."""

    def __init__(self) -> None:
        read = word_list("names")
        self.fields: dict[str, dict[str, float]] = {}
        for name in (*FIELDS, *ROLES):
            self._add(name, read[name])
        self.nameless = set(map(plain, read["nameless"]["words"]))
        self.other = set(map(plain, read["other"]["names"]))
        self.about = tuple(plain(name) + " " for name in read["other"]["about"])
        self.inside = set(map(plain, read["other"]["inside"]))
        self.other_words = set(map(plain, read["other"]["words"]))
        around = {kind: set(map(plain, words)) for kind, words in read["around"].items()}
        self.kinds = {"comment": around["comment"], "post": around["post"]}
        self.writer, self.small = around["writer"], around["small"]
        self.around = around["post"] | around["comment"] | around["tool"] | around["small"]
        self.by_beginning: dict[str, list[str]] = {}
        for word in self.fields:
            if len(word) >= 5 and " " not in word:
                self.by_beginning.setdefault(word[:5], []).append(word)
        cjk = {word for word in self.around | self.writer if _CJK.search(word)}
        self.cjk = sorted(cjk, key=lambda word: (-len(word), word))

    def _add(self, field: str, lists: dict[str, list[str]]) -> None:
        for words, certainty in ((lists["names"], SURE), (lists.get("maybe", []), MAYBE)):
            for rank, word in enumerate(words):
                self.fields.setdefault(plain(word), {}).setdefault(field, certainty - rank / 10_000)


@cache
def _words() -> _Words:
    return _Words()


@lru_cache(maxsize=10_000)
def read_name(header: str) -> Name:
    """What this name says, or the beginning of it."""
    header = header[:LONGEST]
    if _is_nameless(header):
        return Name(is_empty=True)
    for read in (_read_path, _read_grown_together, _read_last_step):
        for spelling, certainty in _spellings(header):
            found = read([plain(part) for part in _STEP.split(spelling) if plain(part)])
            if found.is_other:
                return found
            if found.fields:
                fields = {field: score * certainty for field, score in found.fields.items()}
                return Name(fields, _about(spelling), _zone(header))
    return Name(zone=_zone(header))


def _is_nameless(header: str) -> bool:
    """ "Column 3", "b", "Unnamed: 0_level_0", "7", or empty."""
    letters = re.sub(r"[\d\W_]+|level", "", fold(header))
    return (len(letters) <= 1 and letters.isascii()) or letters in _words().nameless


def _spellings(header: str) -> list[tuple[str, float]]:
    """The ways to read a name, the most literal first, and how much each counts."""
    header = unicodedata.normalize("NFKC", header)
    bare = _BRACKETS.sub(" ", header)
    bare = _NUMBERING.sub("", bare if plain(bare) else header) or header
    pieces = [piece for piece in re.split(r"[/|:\n;]| [-–—] ", bare) if plain(piece)]
    ways = [(header, 1.0), (bare, 1.0)] + ([(piece, 0.95) for piece in pieces] if len(pieces) > 1 else [])
    return [(way, weight) for text, weight in ways for way in dict.fromkeys((_CAMEL.sub(" ", text), text))]


def _read_path(parts: list[str]) -> Name:
    """`parts`: a name, or the steps of a path into nested objects."""
    words, parts = _words(), [part for part in parts if not part.isdigit()]
    whole = " ".join(parts)
    if _is_other(whole, parts):
        return Name(is_other=True)
    for start in range(1, len(parts)):
        if parts[start - 1] in words.writer:
            found = _of_writer(" ".join(parts[start:]))
            weight = 1.0 if words.fields.get(parts[start - 1], {}).get("author", 0.0) > MAYBE else AROUND
            return replace(found, fields={name: score * weight for name, score in found.fields.items()})
    for start in range(len(parts)):
        if fields := _known(" ".join(parts[start:])):
            return Name({name: score * (1 - start / 50) for name, score in fields.items()})
    return Name()


def _read_grown_together(parts: list[str]) -> Name:
    """A name that lost what parted its two words: "likecount", "authorusername"."""
    if len(parts) != 1 or not (parts[0].isascii() and parts[0].isalpha()):
        return Name()
    words, name = _words(), parts[0]
    for place in range(2, len(name) - 1):
        apart = f"{name[:place]} {name[place:]}"
        if apart in words.other:
            return Name(is_other=True)
        if apart in words.fields:
            return Name({field: score * AROUND for field, score in words.fields[apart].items()})
    return Name()


def _known(text: str) -> dict[str, float]:
    """The fields of a name as it stands, or without the words around it."""
    words = _words()
    if text in words.fields:
        return words.fields[text]
    tokens = _split_cjk(text)
    for around in (words.around - words.small, words.small, words.around):
        if (rest := _strip(tokens, around)) in words.fields:
            fields = {name: score * AROUND for name, score in words.fields[rest].items()}
            # "Message du client": the client, by "Message"? The cells tell.
            is_text_of = "author" in fields and "text" in words.fields.get(tokens[0], {})
            return fields | ({"text": PART} if is_text_of else {})
    return {}


def _is_other(whole: str, parts: list[str]) -> bool:
    words = _words()
    if whole in words.other or words.other_words & set(whole.split()) or words.inside & set(parts[1:-1]):
        return True
    above = parts[:-1] or [whole]
    is_about = any(f"{part} ".startswith(words.about) for part in above)
    return whole not in words.fields and (is_about or (len(parts) > 1 and parts[-1] in words.other))


def _of_writer(rest: str) -> Name:
    """What stands after "user" or "author"."""
    if _strip(_split_cjk(rest), _words().around) == "id":
        return Name({"author_id": SURE})
    fields = _known(rest)
    if not fields and rest not in _words().other:  # "Autor postu": what follows only says of what
        return Name({"author": PART * 0.8})
    fields = {field: score for field, score in fields.items() if field in OF_WRITER}
    return Name(fields, is_other=not fields)


def _read_last_step(parts: list[str]) -> Name:
    """A name that is not known: by the word that it is about, mostly the last or the first."""
    words, tokens = _words(), _split_cjk(parts[-1]) if parts else []
    if len(tokens) > 1 and words.writer & set(tokens[:-1]):
        return _of_writer(" ".join(token for token in tokens if token not in words.writer))
    if words.other & set(tokens):
        return Name(is_other=True)
    kept = _strip(tokens, words.small).split() or tokens
    if kept[1:] == ["id"] and "author" in _near(kept[0]):
        return Name({"author_id": AROUND})
    near = [_near(token) for token in dict.fromkeys((kept[0], kept[-1]))] if kept else []
    fields = {field: score for found in near for field, score in found.items() if field in CHECKED}
    return Name(
        {field: score * PART for field, score in fields.items() if score > MAYBE or field not in COUNTS}
    )


def _near(token: str) -> dict[str, float]:
    """The fields of a word, of the end of a compound ("Kundenmeldung"), or of a word with another ending."""
    words = _words()
    if token in words.fields:
        return words.fields[token]
    least = 2 if _CJK.search(token) else 4
    ends = [token[start:] for start in range(1, len(token) - least + 1)]
    if end := next((end for end in ends if end in words.fields), ""):
        return words.fields[end]
    alike = [word for word in words.by_beginning.get(token[:5], ()) if _is_inflected(token, word)]
    return words.fields[max(alike, key=lambda word: _alike(token, word))] if alike else {}


def _is_inflected(token: str, word: str) -> bool:
    return _alike(token, word) >= 0.7 * max(len(token), len(word))


def _alike(one: str, other: str) -> int:
    """How many letters two words begin with alike."""
    return sum(1 for _pair in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _strip(tokens: list[str], around: set[str]) -> str:
    return " ".join(token for token in tokens if token not in around and not token.isdigit())


def _split_cjk(whole: str) -> list[str]:
    """Words, with those that Chinese, Japanese and Korean write together with others cut off at both ends."""
    tokens: list[str] = []
    for token in whole.split():
        tokens += _cut(token) if _CJK.search(token) else [token]
    return tokens


def _cut(token: str) -> list[str]:
    for word in _words().cjk:
        if token != word and token.startswith(word):
            return [word, *_cut(token.removeprefix(word))]
        if token != word and token.endswith(word):
            return [*_cut(token.removesuffix(word)), word]
    return [token]


def _about(spelling: str) -> str:
    tokens = set(_split_cjk(plain(spelling)))
    tokens |= {token[: len(word)] for token in tokens for word in _compounding() if token.startswith(word)}
    return next((kind for kind, words in _words().kinds.items() if tokens & words), "")


@cache
def _compounding() -> list[str]:
    """Words that begin others: "Kommentardatum"."""
    return [word for words in _words().kinds.values() for word in words if len(word) >= 5 and word.isalpha()]


def _zone(header: str) -> str:
    """The zone that a name gives: "Date (UTC)", "created_utc", "Timestamp (ET)", "Date [Europe/Berlin]"."""
    if match := _ZONE.search(_CAMEL.sub(" ", header)):
        return match[0].strip(" _") if "/" in match[0] else match[0].strip(" _").upper()
    said = [part[1:-1].strip() for part in _BRACKETS.findall(header)] + _LAST.findall(header)
    return next((part for part in said if _OFFSET.fullmatch(part) or _is_zone(part)), "")


def _is_zone(text: str) -> bool:
    """One, or that of winter and that of summer: "CET/CEST"."""
    return all(any(fold(part) in zones for zones in zone_data().values()) for part in text.split("/"))
