"""What single cells mean: moments, counts, sentiments, yes and no. Each raises RowFault for what it does not know."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from monitoring.importing.faults import RowFault

MAX_DIGITS = 18  # what surely fits into the column
SENTIMENTS = {
    "": "",
    "negative": "negative",
    "neg": "negative",
    "-1": "negative",
    "neutral": "neutral",
    "neu": "neutral",
    "0": "neutral",
    "positive": "positive",
    "pos": "positive",
    "1": "positive",
    "unknown": "",
    "unrated": "",
    "n/a": "",
}
TRUTHS = {"": False, "0": False, "no": False, "false": False, "1": True, "yes": True, "true": True}
# Formats that exports use beside ISO 8601; the last is the old Twitter API's.
DATE_FORMATS = ("%Y-%m-%d %H:%M:%S %z", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%a %b %d %H:%M:%S %z %Y")


def moment(value: str) -> datetime:
    """An instant. A time without a zone is UTC, as the help says; 03/04/2015 is refused, nobody knows the month."""
    if not value:
        raise RowFault(_("no date"))
    try:
        found = _parsed(value)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise RowFault(
            _("date “%(value)s” is not understood: write 2015-02-22T13:05:00Z") % {"value": value[:40]}
        ) from None


def _parsed(value: str) -> datetime:
    """Raises ValueError where no format fits."""
    with suppress(ValueError):
        return datetime.fromisoformat(value)
    for form in DATE_FORMATS:
        with suppress(ValueError):
            return datetime.strptime(value, form)  # noqa: DTZ007 - `moment` fills in the zone
    raise ValueError(value)


def sentiment(value: str) -> str:
    """A value of `Mention.sentiment`; the empty string is "not rated"."""
    try:
        return SENTIMENTS[value.casefold()]
    except KeyError:
        message = _("sentiment “%(value)s”: use negative, neutral, positive or nothing")
        raise RowFault(message % {"value": value[:40]}) from None


def is_brand_own(value: str) -> bool:
    try:
        return TRUTHS[value.casefold()]
    except KeyError:
        raise RowFault(_("is_brand_own “%(value)s”: use 1 or 0") % {"value": value[:40]}) from None


def whole_number(value: str, field: str) -> int | None:
    """A count, or None where the cell is empty. "12.0" is what spreadsheets make of 12."""
    if not value:
        return None
    digits = value.removesuffix(".0")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > MAX_DIGITS:
        raise RowFault(
            _("%(field)s “%(value)s” is not a whole number") % {"field": field, "value": value[:40]}
        )
    return int(digits)
