"""Numbers of a workbook as text: whether a number is a date is told by its format alone (ECMA-376, 18.8.30)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum

from monitoring.importing.reading.workbook.parts import Package


class Shown(Enum):
    """How Excel shows a number."""

    NUMBER = "number"
    DATE = "date"
    TIME = "time"
    MOMENT = "date and time"
    DURATION = "hours that go on beyond 24"


BUILT_IN = {
    **dict.fromkeys((14, 15, 16, 17, *range(27, 32), 36, *range(50, 59)), Shown.DATE),
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 34, 35, 45, 47), Shown.TIME),
    22: Shown.MOMENT,
    46: Shown.DURATION,
}
NOT_SHOWN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!(?:h+|m+|s+)\])[^\]]*\]|am/pm|a/p|[Ee][+-]', re.I | re.S)
DURATION = re.compile(r"\[(?:h+|m+|s+)\]", re.I)
MINUTES = re.compile(r"(h[^a-z]*)m{1,2}|m{1,2}([^a-z]*s)", re.I)

FIRST_DAY = datetime(1899, 12, 30)  # noqa: DTZ001 - a sheet knows no zone; serial 61 is 1 March 1900
FIRST_DAY_1904 = datetime(1904, 1, 1)  # noqa: DTZ001 - old Macs
LAST_SERIAL = 2_958_466  # 10000-01-01, where Excel ends
DAY = 86_400_000  # milliseconds
WIDEST_EXPONENT = 40  # digits are written out up to here
WHOLE = re.compile(r"-?[0-9]+")


def shown_by(code: str) -> Shown:
    """What a format such as `dd.mm.yyyy hh:mm` or `[$-409]h:mm AM/PM;@` shows; its first section decides."""
    bare = NOT_SHOWN.sub("", code).partition(";")[0]
    if DURATION.search(bare):
        return Shown.DURATION
    if "general" in bare.lower():
        return Shown.NUMBER
    bare = MINUTES.sub(lambda match: match[1] or match[2], bare).lower()
    date, time = bool(re.search("[ymd]", bare)), bool(re.search("[hs]", bare))
    return {(True, True): Shown.MOMENT, (True, False): Shown.DATE, (False, True): Shown.TIME}.get(
        (date, time), Shown.NUMBER
    )


def read_formats(package: Package, part: str) -> list[Shown]:
    """How each cell style of a workbook shows numbers, in the order of `s`."""
    codes: dict[str, str] = {}
    styles: list[Shown] = []
    inside: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if name in ("cellXfs", "cellStyleXfs", "cellStyles", "dxfs"):
            inside[:] = [name]
        elif name == "numFmt":
            codes.setdefault(attributes.get("numFmtId", ""), attributes.get("formatCode", ""))
        elif name == "xf" and inside == ["cellXfs"]:
            styles.append(_style(attributes.get("numFmtId", "0"), codes))

    package.read(part, start)
    return styles


def _style(number: str, codes: dict[str, str]) -> Shown:
    if number in codes:
        return shown_by(codes[number])
    return BUILT_IN.get(int(number), Shown.NUMBER) if number.isdecimal() and len(number) < 9 else Shown.NUMBER


def number_text(value: str) -> str:
    """A number as digits: without ".0" and exponent, with the 15 places that Excel shows. Whole numbers stay exact."""
    if WHOLE.fullmatch(value):
        return value
    try:
        rounded = format(float(value), ".15g")
    except ValueError:
        return value
    if "e" not in rounded or abs(int(rounded.partition("e")[2])) > WIDEST_EXPONENT:
        return rounded
    return format(Decimal(rounded), "f")


def date_text(value: str, shown: Shown, first_1904: bool) -> str:
    """A serial date as "2025-03-03", "2025-03-03T08:15:00" or "08:15:00"; what is no date stays a number.

    Excel believes in a 29 February 1900: before it, days are counted from 31 December 1899.
    """
    try:
        serial = float(value)
    except ValueError:
        return value
    if serial == 0 and shown in (Shown.DATE, Shown.MOMENT):
        return "0"  # shown as 0 January 1900: an empty cell was copied
    if not 0 <= serial < LAST_SERIAL - (1462 if first_1904 else 0):
        return number_text(value)
    days, milliseconds = divmod(round(serial * DAY), DAY)
    if shown is Shown.DURATION:
        return _time_text(days * DAY + milliseconds)
    if days == 0:
        return _time_text(milliseconds)
    day = _day(days, first_1904)
    if shown is Shown.DATE and milliseconds == 0:
        return day
    return f"{day}T{_time_text(milliseconds)}"


def _day(days: int, first_1904: bool) -> str:
    if first_1904:
        return f"{FIRST_DAY_1904 + timedelta(days):%Y-%m-%d}"
    if days == 60:
        return "1900-02-29"
    return f"{FIRST_DAY + timedelta(days + (days < 60)):%Y-%m-%d}"


def _time_text(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{text}.{rest:03}" if rest else text
