"""Does a post speak of danger, illness, injury, death, a threat or self-harm? Then somebody should look soon.

Word lists, no model: what was found can be shown, and a list can be corrected. Nothing that is found says who is
meant or whether it is true; nothing that is not found says that all is well.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

LONGEST = 5_000  # characters that are looked at
WORD = re.compile(r"@?\w+")  # a name of an account is no word of the post
HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
ANY_WORD = "_"
STEM = 3  # letters by which a beginning is looked up; none is shorter


class Worry(TextChoices):
    """What a post may be about, the most urgent first."""

    SELF_HARM = "self_harm", _("Self-harm")
    THREAT = "threat", _("Threat")
    DEATH = "death", _("Death")
    INJURY = "injury", _("Injury")
    ILLNESS = "illness", _("Illness")
    DANGER = "danger", _("Danger")


@dataclass(frozen=True)
class Phrase:
    """Words one after the other; `worry` is None where they take the worry away."""

    worry: Worry | None
    words: tuple[str, ...]

    def stands_at(self, place: int, words: list[str]) -> bool:
        there = words[place : place + len(self.words)]
        return len(there) == len(self.words) and all(map(_fits, self.words, there))


@dataclass(frozen=True)
class Found:
    worry: Worry
    words: str  # as they are written in the text


def worries(text: str, language: str, *, names: Collection[str] = ()) -> list[Found]:
    """What was found, in the order of the text, each once.

    `language` is a code as `Post.lang` keeps it; "" looks in all lists. `names` of brands and products worry nobody,
    whatever they are made of.
    """
    text = unicodedata.normalize("NFC", text[:LONGEST])
    spoken = language.partition("-")[0]
    found = [] if spoken == "zh" else list(_in_words(text, spoken, names))
    if spoken in ("", "zh") and HAN.search(text):
        found += _in_characters(text, names)
    return list(dict.fromkeys(found))


def _in_words(text: str, language: str, names: Collection[str]) -> Iterator[Found]:
    by_word, by_stem = _phrases(language)
    words = WORD.findall(folded(text))
    hits = [
        (place, phrase)
        for place, word in enumerate(words)
        if word in by_word or word[:STEM] in by_stem  # most words are in neither
        for phrase in (*by_word.get(word, ()), *by_stem.get(word[:STEM], ()))
        if phrase.stands_at(place, words)
    ]
    if not hits:
        return
    named = [Phrase(None, tuple(WORD.findall(folded(name)))) for name in names]
    hits += [(place, name) for name in named for place in range(len(words)) if name.stands_at(place, words)]
    harmless = {
        place + step for place, phrase in hits if not phrase.worry for step in range(len(phrase.words))
    }
    written = WORD.findall(text)
    for place, phrase in hits:
        places = range(place, place + len(phrase.words))
        if phrase.worry and harmless.isdisjoint(places):
            yield Found(phrase.worry, " ".join(written[at] for at in places))


def _in_characters(text: str, names: Collection[str]) -> Iterator[Found]:
    """The longest entry at a place is what counts, and one that is harmless hides what begins inside it."""
    for name in filter(None, names):
        text = text.replace(name, " ")
    worry_of, pattern = _chinese()
    for match in pattern.finditer(text):
        if worry := worry_of[match[0]]:
            yield Found(worry, match[0])


def folded(text: str) -> str:
    """Lower case, with one letter for the two i of Turkish, which many type without care. As many words as before."""
    if text.isascii():
        return text.lower()
    return text.replace("İ", "i").lower().replace("ı", "i")


def _fits(entry: str, word: str) -> bool:
    return word.startswith(entry[:-1]) if entry.endswith("*") else entry in (word, ANY_WORD)


@cache
def _phrases(language: str) -> tuple[dict[str, list[Phrase]], dict[str, list[Phrase]]]:
    """Of the language, or of all with "": by their first word, and by the first letters of their first beginning."""
    by_word: dict[str, list[Phrase]] = defaultdict(list)
    by_stem: dict[str, list[Phrase]] = defaultdict(list)
    for code, lists in _lists().items():
        if code != "zh" and language in ("", code):
            for worry, entry in _entries(lists):
                words = tuple(re.findall(r"\w+\*?", folded(entry)))
                if words[0].endswith("*"):
                    by_stem[words[0][:STEM]].append(Phrase(worry, words))
                else:
                    by_word[words[0]].append(Phrase(worry, words))
    return dict(by_word), dict(by_stem)


@cache
def _chinese() -> tuple[dict[str, Worry | None], re.Pattern[str]]:
    worry_of = {entry: worry for worry, entry in _entries(_lists()["zh"])}
    longest_first = sorted(worry_of, key=len, reverse=True)
    return worry_of, re.compile("|".join(map(re.escape, longest_first)))


def _entries(lists: dict[str, list[str]]) -> Iterator[tuple[Worry | None, str]]:
    for name, entries in lists.items():
        for entry in entries:
            yield (None if name == "not" else Worry(name)), entry


@cache
def _lists() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
