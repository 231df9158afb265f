"""From the shape of a cell to its reading.

A shape is a cell with every digit as 9. Its tokens become a line of single letters, so that a date is found
with regular expressions: "9 mart 9999, 99:99" is "d N y, d:d".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta, timezone, tzinfo
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from monitoring.importing.meaning.moments.lexicon import Token, fold, tokens, zone_data
from monitoring.importing.meaning.moments.readings import (
    PER_SECOND,
    Ago,
    Calendar,
    Epoch,
    Fraction,
    NamedDay,
    Offset,
    Reading,
    Serial,
    SerialDay,
    TimeOfDay,
    TimeOnly,
)

MAX_LENGTH = 120  # no date is longer
NUMBER = re.compile("9+")
OTHER_DIGITS = {
    code: str(unicodedata.decimal(chr(code))) for code in range(128, 0x20000) if chr(code).isdecimal()
} | {code: "" for code in range(128, 0x20000) if unicodedata.category(chr(code)) == "Cf"}
# d: one or two digits, y: four, S: six, E: eight, n: others; N: month, A: half of the day, z: zone; Y K D: year,
# month and day marks, h i s: hour, minute and second marks; J: era; T: today and such; "?": a word that is not known.
NUMBERS = {1: "d", 2: "d", 4: "y", 6: "S", 8: "E", 12: "Q", 14: "L"}
MARKS = {"year": "Y", "month": "K", "day": "D", "hour": "h", "minute": "i", "second": "s"}
TIMES = [
    re.compile(pattern)
    for pattern in (
        r"(?P<b>A)? ?(?<!d)(?<!d:)(?P<h>d):(?P<m>d)(?::(?P<s>d)(?:[.,:](?P<f>[dnyS]))?)?(?: ?(?P<a>A))?(?: ?h)?",
        r"(?P<b>A)? ?(?P<h>d) ?h(?: ?(?P<m>d) ?i?(?: ?(?P<s>d) ?s?)?)?(?: ?(?P<a>A))?",
        r"(?P<h>d)\.(?P<m>d)(?:\.(?P<s>d)(?:[.,](?P<f>[dnyS]))?)? ?(?P<a>A)",
        r"(?P<h>d) ?(?P<a>A)",
        r"(?!^d\.d\.d$)(?:(?<=^)|(?<=[ ,]))(?P<h>d)\.(?P<m>d)(?:\.(?P<s>d))?(?=$| ?[(zZ]| ?h)(?: ?h)?",
        r"(?<=d_)(?P<h>d)-(?P<m>d)-(?P<s>d)$",
        r"(?<=E)[ _-]?(?P<p>[Sy])",
    )
]
OFFSET = r"(?P<sign>[+-])(?:(?P<oy>y)|(?P<oh>d)(?::(?P<om>d))?)(?![\d/.N-]| ?[NY])"
ZONE_BEHIND = re.compile(rf" ?\(?(?:(?P<z>[zZ]) ?)?{OFFSET}\)?| ?\(?(?P<zone>[zZ])\)?")
ZONE_ANYWHERE = re.compile(rf"\(?Z ?{OFFSET}\)?|\(?(?P<zone>Z)\)?")
DATES = [
    re.compile(pattern)
    for pattern in (
        r"(?P<y>y)(?P<sep>[./-])(?P<m>d)(?P=sep)(?P<d>d)",
        r"(?P<a>d)(?P<order>[./-])(?P<b>d)(?P=order)(?P<y>[yd])",
        r"(?P<d>d)[./-]?(?P<M>N)[./-]?'?(?P<y>[yd])",
        r"(?P<M>N)[./-]?(?P<d>d)[./-]?'?(?P<y>[yd])",
        r"(?P<y>y)[./-]?(?P<M>N)[./-]?(?P<d>d)",
        r"(?P<y>[yd])Y(?P<m>d)K(?P<d>d)D*",
        r"(?P<J>J)(?P<y>[dn])Y(?P<m>d)K(?P<d>d)D*",
        r"(?P<J>J)(?P<y>[dn])(?P<sep>[./-])(?P<m>d)(?P=sep)(?P<d>d)",
        r"(?P<d>d)\.?(?P<M>N)",
        r"(?P<M>N)(?P<d>d)",
        r"(?P<m>d)K(?P<d>d)D+",
        r"(?P<e>[ELQ])",
    )
]
MONTHS = re.compile(r"N[./-]?'?y|y[./-]?N|y[./-]d|d[./-]y|yYdK")  # without a day
EMPTY_BRACKETS = re.compile(r"[(\[][^()\[\]dyNnSEQLT]*[)\]]")
PLACE = re.compile(r"[\[(]?\b([a-z]+(?:/[a-z_]+)+)\b[\])]?")


@dataclass
class Line:
    """Tokens as a line of letters; `at` is the token of each letter."""

    letters: str
    at: list[Token]

    def blank(self, match: re.Match[str]) -> Line:
        start, end = match.span()
        return Line(self.letters[:start] + " " * (end - start) + self.letters[end:], self.at)

    def bare(self) -> Line:
        """Without blanks, brackets and what frames a date: "(d N y)," is "dNy"."""
        letters = EMPTY_BRACKETS.sub(lambda match: " " * len(match[0]), self.letters)
        kept = [
            (letter, token)
            for letter, token in zip(letters, self.at, strict=True)
            if letter not in " ,()[]@|·•_" and not (letter in "Az" and "noise" in token.means)
        ]
        while kept and kept[0][0] in "-.:":
            kept.pop(0)
        while kept and kept[-1][0] in "-.:":
            kept.pop()
        return Line("".join(letter for letter, _token in kept), [token for _letter, token in kept])

    def number(self, match: re.Match[str], group: str) -> int:
        """Which of the cell's numbers a group has found, or -1."""
        found = match.groupdict().get(group)
        return self.at[match.start(group)].number if found else -1

    def meaning(self, match: re.Match[str], group: str, kind: str) -> Any:
        found = match.groupdict().get(group)
        return self.at[match.start(group)].means[kind] if found else None


def plain_digits(cell: str) -> str:
    """With the digits of all scripts as 0 to 9, and without the invisible marks of Arabic and Hebrew around them."""
    return cell if cell.isascii() else cell.translate(OTHER_DIGITS)


def reading_of(shape: str) -> Reading | None:
    """None where the shape is no date, and no time of day either."""
    if not shape.strip():
        return None
    folded = fold(shape).strip()
    if number := _number(folded):
        return number
    place, folded = _place(folded)
    words = tokens(folded)
    if [token.text for token in words if token.number >= 0] != NUMBER.findall(shape):
        return None  # "½" is two numbers when folded
    return _dated(words, place) or _first_of_several(words, place)


def is_month(shape: str) -> bool:
    """Whether a cell of this shape names a month and no day: "Mar 2026", "2026-03"."""
    return bool(MONTHS.fullmatch(_line(tokens(fold(shape).strip())).bare().letters))


def _number(text: str) -> Reading | None:
    """One number alone: an epoch, a serial of Excel, or a part of a day."""
    match = re.fullmatch(r"(9+)(?:[.,](9+))?", re.sub(r"^/date\((9+)\)/$", r"\1", text))  # as .NET has it
    if not match:
        return None
    whole, rest = match.groups()
    if len(whole) in PER_SECOND:
        return Epoch(PER_SECOND[len(whole)])
    if len(whole) == 5:
        return Serial() if rest and rest.strip("0") else SerialDay()
    return Fraction() if len(whole) == 1 and rest and len(rest) > 2 else None


def _place(text: str) -> tuple[tzinfo | None, str]:
    """A zone's name of the IANA list, and the text without it."""
    for match in PLACE.finditer(text):
        if name := _places().get(match[1]):
            return ZoneInfo(name), (text[: match.start()] + " " + text[match.end() :]).strip()
    return None, text


@cache
def _places() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones()}


def _first_of_several(words: Sequence[Token], place: tzinfo | None) -> Reading | None:
    """Of "posted 3/4/2025, edited 5/4/2025" and "3/4/2025 ~ 5/4/2025" the first."""
    for position, token in enumerate(words):
        dashed = [around.text for around in words[max(position - 1, 0) : position + 2]] == [" ", "-", " "]
        is_edited = "edited" in token.means
        if position and (is_edited or dashed or token.text in "~;|→·•"):
            first, rest = (_dated(part, place) for part in (words[:position], words[position + 1 :]))
            if first and (is_edited or rest or not any(other.number >= 0 for other in words[position:])):
                return first
    return None


def _dated(words: Sequence[Token], place: tzinfo | None) -> Reading | None:
    return _relative(words) or _calendar(words, place)


# Calendar dates


def _calendar(words: Sequence[Token], place: tzinfo | None) -> Reading | None:
    if words and "opener" in words[0].means:
        words = [token for token in words if token.means or not token.text.isalpha()]
    line = _line(words)
    for pattern in TIMES:
        time = pattern.search(line.letters)
        if time and (found := _with_zone(line.blank(time), time, place)):
            return found
    return _with_zone(line, None, place)


def _line(words: Sequence[Token]) -> Line:
    months = _months(words)
    letters: list[str] = []
    at: list[Token] = []
    for token in words:
        letter = "N" if any(token is month for month in months) else _letter(token)
        if not (letter == " " and letters[-1:] == [" "]):
            letters.append(letter)
            at.append(token)
    return Line("".join(letters), at)


def _months(words: Sequence[Token]) -> list[Token]:
    """Of "mar 4 mar 2025" the last: the first is martes, a weekday."""
    months = [token for token in words if "month" in token.means]
    if len(months) < 2:
        return months
    return [token for token in months if "noise" not in token.means] or months[-1:]


def _letter(token: Token) -> str:
    """The token's letter in a line; a blank where it says nothing."""
    if token.number >= 0:
        return NUMBERS.get(len(token.text), "n")
    if not token.means:
        return "?" if len(token.text) > 1 or token.text.isalpha() else token.text
    for kind, letter in (("half", "A"), ("zone", _zone_letter(token)), ("era", "J"), ("mark", "")):
        if kind in token.means:
            return letter or MARKS[token.means["mark"]]
    if {"today", "yesterday", "before_yesterday"} & token.means.keys():
        return "T"
    return " " if {"noise", "opener"} & token.means.keys() else "?"


def _zone_letter(token: Token) -> str:
    """Small where the word may be another: "pt." is Friday in Polish."""
    return "z" if len(token.means) > 1 or len(token.text) < 3 else "Z"


def _with_zone(line: Line, time: re.Match[str] | None, place: tzinfo | None) -> Reading | None:
    """The reading of a line in which `time` was found and blanked, if there is any."""
    behind = ZONE_BEHIND.match(line.letters, time.end()) if time else None
    match = behind or ZONE_ANYWHERE.search(line.letters)
    zone = _zone(line, match) if match else {}
    rest = line
    while match:
        rest = rest.blank(match)
        match = ZONE_ANYWHERE.search(rest.letters)  # the same again: "GMT+0300 (GMT+03:00)"
    return _date(rest, _time(line, time) if time else None, {"zone": place} | zone)


def _time(line: Line, match: re.Match[str]) -> TimeOfDay:
    if (packed := line.number(match, "p")) >= 0:
        return TimeOfDay(packed, packed_from=0)
    half = line.meaning(match, "b", "half") or line.meaning(match, "a", "half") or ""
    hour, minute, second, fraction = (line.number(match, group) for group in "hmsf")
    return TimeOfDay(hour, minute, second, fraction, half)


def _zone(line: Line, match: re.Match[str]) -> dict[str, Any]:
    """An offset in numbers is surer than a name."""
    groups = match.groupdict()
    if groups["sign"]:
        hours = line.number(match, "oy" if groups["oy"] else "oh")
        return {"offset": Offset(1 if groups["sign"] == "+" else -1, hours, line.number(match, "om"))}
    name, data = line.meaning(match, "zone", "zone"), zone_data()
    if name in data["places"]:
        return {"zone": ZoneInfo(data["places"][name]), "zone_name": name}
    if name in data["hours"]:
        return {"zone": timezone(timedelta(hours=data["hours"][name])), "zone_name": name}
    return {"zone_name": name}  # stands for several


def _date(line: Line, time: TimeOfDay | None, zone: dict[str, Any]) -> Reading | None:
    """The reading of what time and zone have left over."""
    line = line.bare()
    if line.letters == "T":
        return NamedDay(_days_ago(line.at[0]), time)
    if time and not line.letters:
        return TimeOnly(time, **zone)
    for pattern in DATES:
        if match := pattern.fullmatch(line.letters):
            return Calendar(**_fields(line, match, time), **zone)
    return None


def _fields(line: Line, match: re.Match[str], time: TimeOfDay | None) -> dict[str, Any]:
    """What `Calendar` has to know of a date that was found."""
    if (packed := line.number(match, "e")) >= 0:
        if match["e"] in "LQ":
            time = TimeOfDay(packed, packed_from=8)
        return {"year": packed, "packed": True, "time": time}
    if match.groupdict().get("order"):
        first, second = line.number(match, "a"), line.number(match, "b")
        separator = match["order"] + ("yy" if match["y"] == "d" else "")
        return _numbered(line, match, time) | {"day": first, "month": second, "separator": separator}
    named, era = line.meaning(match, "M", "month") or 0, line.meaning(match, "J", "era") or 0
    return _numbered(line, match, time) | {
        "month": line.number(match, "m"),
        "named_month": named,
        "era": era,
    }


def _numbered(line: Line, match: re.Match[str], time: TimeOfDay | None) -> dict[str, Any]:
    return {"year": line.number(match, "y"), "day": line.number(match, "d"), "time": time}


# Relative dates


def _relative(words: Sequence[Token]) -> Reading | None:
    """ "6 days ago", "3w", "just now"."""
    said = [token for token in words if token.means or token.number >= 0 or token.text.isalnum()]
    if any("now" in token.means for token in said) and all(
        {"now", "noise"} & token.means.keys() for token in said
    ):
        return Ago([(-1, 0, "second")])
    parts, is_past = _spans(said)
    short = len(said) == 2 and said[0].number >= 0
    return Ago(parts) if parts and (is_past or short) else None


def _spans(said: Sequence[Token]) -> tuple[list[tuple[int, int, str]], bool]:
    """Numbers with their units, and whether a word says that they are past. None at all where a word says more."""
    parts: list[tuple[int, int, str]] = []
    is_past = False
    number: tuple[int, int] | None = None
    for token in said:
        if token.number >= 0:
            number = (token.number, 0)
        elif "count" in token.means and number is None and not parts:
            number = (-1, int(token.means["count"]))
        elif "unit" in token.means:
            parts.append((*(number or (-1, 1)), token.means["unit"]))
            number = None
        elif not {"ago", "noise", "edited"} & token.means.keys():
            return [], False
        is_past |= "ago" in token.means
    return ([], False) if number and number[0] >= 0 else (parts, is_past)


def _days_ago(token: Token) -> int:
    days = ("today", "yesterday", "before_yesterday")
    return next(ago for ago, name in enumerate(days) if name in token.means)
