"""Sentiment: words of many languages by themselves, numbers by a scale that the person has confirmed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from django.utils.translation import gettext as _

from monitoring.importing.meaning.words import bare, fold, remembered, word_list

NEGATIVE, NEUTRAL, POSITIVE, UNKNOWN = "negative", "neutral", "positive", ""
MAX_LENGTH = 60  # of a cell
MAX_CELLS = 2_000  # distinct ones that a survey remembers; a scale of decimals may have more
CONFIDENCE = re.compile(r"[\s(:,|]+[-+]?\d+(?:[.,]\d+)?\s?%?\)?$")  # of "positive (0.83)"
NUMBER = re.compile(r"(?P<sign>[-+−]?)(?P<value>\d+(?:[.,]\d+)?) ?(?:%|/ ?(?:5|10|100))?")
AROUND_A_NUMBER = re.compile(
    r"(?:stars?|bubbles?|(?:out )?of (?:5|10)(?: stars?| bubbles?)?"
    r"|yildiz|gwiazd\w*|sterne?|etoiles?|estrellas?|estrelas?|stell[ae]|ster(?:ren)?"
    r"|звезд\w*|зір\w*|星|点|分|점|puan|points?|punkte?|pkt)\.?"
)
CODE = re.compile(r"label[ _]?(\d+)")
STARS = re.compile(r"([★⭐🌟]+)[☆✩]*")


class Tones:
    """Reads the cells of one column.

    `answers` is what the person says: a cell as it stands in the file → label. `accepted` is the scale of the
    column where the person has accepted what it proposes.
    """

    def __init__(self, answers: Mapping[str, str] | None = None, accepted: Scale | None = None) -> None:
        self.answers = {cell.strip(): label for cell, label in (answers or {}).items()}
        self.numbers = {
            number: label for cell, label in self.answers.items() if (number := number_of(cell)) is not None
        }
        self.accepted = accepted

    def parse(self, cell: str) -> str:
        """negative, neutral, positive, or "" where nobody has said. Raises ValueError for what is not known."""
        cell = cell.strip()
        if cell in self.answers:
            return self.answers[cell]
        if self.accepted and cell.casefold() in self.accepted.letters:
            return self.accepted.letters[cell.casefold()]
        if (label := word_label(cell)) is not None:
            return label
        number = number_of(cell)
        if number in self.numbers:
            return self.numbers[number]
        if self.accepted and (proposed := self.accepted.label(cell)):
            return proposed
        raise ValueError(_("“%(cell)s” is no sentiment that is known.") % {"cell": cell[:40]})


@dataclass
class Scale:
    """What the numbers and letters of a column may mean. It is a proposal: the person has to confirm it.

    Up to `negative_to` is negative, from `positive_from` positive. Without them the numbers are not recognised.
    """

    kind: str  # for the person: "0, 1, 2"; empty where nothing is recognised
    cells: Mapping[str, int]  # as they stand in the file → how many; the commonest 2,000
    negative_to: float | None = None
    positive_from: float | None = None
    letters: Mapping[str, str] = field(default_factory=dict)

    @property
    def proposed(self) -> dict[str, str]:
        """Cell → label, for each cell that can be proposed."""
        labels = {cell: self.label(cell) for cell in self.cells}
        return {cell: label for cell, label in labels.items() if label}

    def label(self, cell: str) -> str:
        """Empty where it cannot be said."""
        if letter := self.letters.get(cell.strip().casefold()):
            return letter
        number = number_of(cell)
        if number is None or self.negative_to is None or self.positive_from is None:
            return UNKNOWN
        if number <= self.negative_to:
            return NEGATIVE
        return POSITIVE if number >= self.positive_from else NEUTRAL


class ToneSurvey:
    """Feed every cell of a column to `add`, then ask."""

    def __init__(self) -> None:
        self.filled = 0
        self.labels: Counter[str] = Counter()  # of the cells in words
        self.unknown: Counter[str] = Counter()  # cells that are neither a word nor a number
        self._coded: Counter[str] = Counter()  # cells that need a scale
        self._letters: set[str] = set()
        self._numbers: set[float] = set()
        self._lowest = self._highest = 0.0
        self._whole = True
        self.numbers = 0  # cells that are numbers

    def add(self, cell: str) -> None:
        cell = cell.strip()
        if not cell:
            return
        self.filled += 1
        if cell.casefold() in letters():
            self._letters.add(cell.casefold())
            self._remember(self._coded, cell)
        if (number := number_of(cell)) is not None:
            self._add_number(cell, number)
        elif (label := word_label(cell)) is not None:
            self.labels[label] += 1
        elif cell.casefold() not in letters():
            self._remember(self.unknown, cell[:MAX_LENGTH])

    def _add_number(self, cell: str, number: float) -> None:
        self._lowest = min(self._lowest, number) if self.numbers else number
        self._highest = max(self._highest, number) if self.numbers else number
        self.numbers += 1
        self._whole &= number.is_integer()
        if len(self._numbers) < MAX_CELLS:
            self._numbers.add(number)
        if cell.casefold() not in letters():
            self._remember(self._coded, cell)

    def _remember(self, cells: Counter[str], cell: str) -> None:
        if cell in cells or len(cells) < MAX_CELLS:
            cells[cell] += 1

    @property
    def share(self) -> float:
        """How many of the cells that are not empty are sentiment words, or numbers of a scale: 0 to 1."""
        scale = self.scale
        coded = self.numbers if scale and scale.kind else 0
        coded += sum(
            count for cell, count in self._coded.items() if cell.casefold() in self._guessed_letters()
        )
        return min((sum(self.labels.values()) + coded) / self.filled, 1.0) if self.filled else 0.0

    @property
    def scale(self) -> Scale | None:
        """What the numbers and single letters may mean; None where there are none."""
        guesses = self._guessed_letters()
        cells = {
            cell: count for cell, count in self._coded.most_common() if number_of(cell) is not None or guesses
        }
        if not cells:
            return None
        kind, limits = self._limits() if self.numbers else (_("letters"), (None, None))
        return Scale(kind, cells, *limits, letters=guesses)

    def _guessed_letters(self) -> dict[str, str]:
        """A dash alone is an empty cell, and n is no: letters count where a positive and a negative one occur."""
        guesses = {letter: letters()[letter] for letter in self._letters if not letter.isdigit()}
        both = {POSITIVE, NEGATIVE} <= set(guesses.values())
        return guesses if both else {}

    def _limits(self) -> tuple[str, tuple[float | None, float | None]]:
        """The kind of scale, and from where to where it is negative and positive.

        Decimals follow VADER (0.05 on either side of 0), shares of one the common 0.4 and 0.6.
        """
        lowest, highest = self._lowest, self._highest
        if not self._whole:
            return _decimals(lowest, highest)
        if lowest < 0:
            return ("-1, 0, 1" if lowest == -1 and highest <= 1 else f"{lowest:g} … {highest:g}"), (-1, 1)
        if highest <= 1:
            return "0, 1", (0, 1)
        if lowest >= 1 and highest <= 5:
            return ("1, 2, 3", (1, 3)) if highest <= 3 and len(self._numbers) == 3 else ("1 … 5", (2, 4))
        if highest == 2:
            return "0, 1, 2", (0, 2)
        for top, limits in ((4, (1, 3)), (5, (2, 4)), (10, (3, 7)), (100, (40, 60))):
            if highest <= top:
                return f"0 … {top}", limits
        return "", (None, None)


def _decimals(lowest: float, highest: float) -> tuple[str, tuple[float | None, float | None]]:
    if lowest < 0:
        size = max(-lowest, highest)
        margin = 0.05 if size <= 1 else 0.05 * size
        return ("-1 … 1" if size <= 1 else f"{-size:g} … {size:g}"), (-margin, margin)
    for top, limits in ((1, (0.4, 0.6)), (5, (2.5, 3.5)), (10, (4.0, 6.0)), (100, (40.0, 60.0))):
        if highest <= top:
            return f"0 … {top}" if top != 5 or lowest < 1 else "1 … 5", limits
    return "", (None, None)


@remembered
def number_of(cell: str) -> float | None:
    """ "-0,72", "4/5", "3 stars", "★★☆", "LABEL_2" as numbers; None for words."""
    if len(cell) > MAX_LENGTH:
        return None
    text = fold(cell).replace("\ufe0f", "").strip()
    if stars := STARS.fullmatch(text):
        return float(len(stars[1]))
    if code := CODE.fullmatch(text):
        return float(code[1])
    match = NUMBER.fullmatch(AROUND_A_NUMBER.sub("", text).strip())
    if not match:
        return None
    value = float(match["value"].replace(",", "."))
    return -value if match["sign"] in ("-", "−") else value


@remembered
def word_label(cell: str) -> str | None:
    """The label of a sentiment word; "" where it says that nobody has said, None where it is no such word."""
    if len(cell) > MAX_LENGTH:
        return None
    text = bare(CONFIDENCE.sub("", cell)) if re.search(r"[^\W\d]", cell) else bare(cell)
    if cell.strip() and (signs := _sign_label(cell)):
        return signs
    for candidate in (text, cell.strip().casefold()):
        if candidate in _words():
            return _words()[candidate]
    found = {_word_label(word) for word in _split(text)} - {"around"}
    return found.pop() if len(found) == 1 else None


def _split(text: str) -> list[str]:
    """Words; in Chinese and Japanese what says how much is cut off in front."""
    around = sorted(_around(), key=len, reverse=True)
    while prefix := next((w for w in around if not w.isascii() and text.startswith(w) and text != w), ""):
        text = text.removeprefix(prefix).lstrip("的 ")
    return text.removesuffix("的").split()


def _word_label(word: str) -> str | None:
    if word in _around():
        return "around"
    if word in _words():
        return _words()[word]
    return next((label for stem, label in _stems().items() if word.startswith(stem)), None)


def _sign_label(cell: str) -> str | None:
    signs = {char for char in cell if not char.isspace() and char != "\ufe0f"}
    for label, known in word_list("tones")["signs"].items():
        if signs <= set(known):
            return str(label)
    return None


@cache
def _words() -> dict[str, str]:
    data = word_list("tones")
    return {
        bare(word): "" if label == "unknown" else label
        for label in ("negative", "neutral", "positive", "unknown")
        for word in data[label]
        if not word.endswith("*")
    }


@cache
def _stems() -> dict[str, str]:
    data = word_list("tones")
    stems = {
        bare(word[:-1]): "" if label == "unknown" else label
        for label in ("negative", "neutral", "positive", "unknown")
        for word in data[label]
        if word.endswith("*")
    }
    return dict(sorted(stems.items(), key=lambda item: -len(item[0])))


@cache
def _around() -> set[str]:
    return {bare(word) for word in word_list("tones")["around"]}


@cache
def letters() -> dict[str, str]:
    """Letters and signs that stand for a label."""
    return {sign: label for label, signs in word_list("tones")["letters"].items() for sign in signs}
