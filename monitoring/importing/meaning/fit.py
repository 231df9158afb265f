"""How well the cells of a column fit a field: from 0, they cannot be it, to 1."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection

from monitoring.importing.meaning.content import Content
from monitoring.importing.meaning.fields import COUNTS
from monitoring.importing.meaning.tones import number_of

VETO = 0.3  # less of its cells than this, and the column is not it, whatever its name
REPEATS = 0.5  # a text of which fewer than half are different is somebody's post that others comment on


def share(field: str, content: Content, brands: Collection[str] = ()) -> float:
    """Which part of the cells is what the field holds. `brands` in small letters."""
    if field in COUNTS:
        return content.share("count")
    if field == "brand":
        return _brands(content, brands)
    return _SHARES[field](content)


def fit(field: str, content: Content, brands: Collection[str] = ()) -> float:
    """0 is a veto; else the share, less where the column is a poor one of its kind."""
    part = share(field, content, brands)
    if part < VETO:
        return 0.0
    part = 1.0 if part >= 0.9 else part
    return part * _QUALITY[field](content) if field in _QUALITY else part


def _texts(content: Content) -> float:
    return content.share("words") if content.share("app") < 1 else content.share("sentence")


def text_quality(content: Content) -> float:
    """Texts differ from row to row and are longer than labels."""
    differs = 1.0 if content.distinct >= REPEATS or len(content.cells) < 4 else 0.5
    lengthy = 1.0 if content.length >= 12 or content.share("sentence") >= 0.2 else 0.8
    few = 0.6 if len(content.cells) >= 20 and content.distinct < 0.1 and content.length < 30 else 1.0
    return differs * lengthy * few


def date_quality(content: Content) -> float:
    """The instant before the local time, and this before the day alone."""
    if content.share("relative") >= 0.5:
        return 0.75
    if content.days_only:
        return 0.85
    return 1.0 if content.has_instants else 0.96


def ids(content: Content) -> float:
    """In one piece, and no dates."""
    spaced = sum(" " in cell or len(cell) > 120 for cell in content.cells) / max(1, len(content.cells))
    dated = content.counted["moment"] / max(1, len(content.cells))
    return 1 - min(1.0, spaced + dated)


def addresses(content: Content) -> float:
    """Of pages: a post is no picture."""
    return content.share("address") - content.share("picture")


def names(content: Content) -> float:
    """Short words, @names, and now and then a number: no sentences, dates or addresses."""
    others = content.share("sentence", "moment", "time_of_day", "address", "epoch", "yes_no")
    return 1 - others - 0.55 * content.share("count")


def _labels(content: Content) -> float:
    """Of sentiment: its words, stars, a short scale of numbers, or numbers from -1 to 1."""
    if is_scale(content, lowest=-5, highest=10):
        return 1.0
    said = content.share("sentiment", "stars")
    if said >= 0.8 or content.share("number") >= 0.2:
        within = sum(abs(number_of(cell) or 9) <= 1 or number_of(cell) == 0 for cell in content.cells)
        return min(1.0, said + within / len(content.cells))
    few = len(content.cells) > 20 and len(set(content.cells)) <= 7 and content.length <= 25
    return max(said, 0.6 if few and content.share("words") >= 0.9 else 0.0)


def is_scale(content: Content, *, lowest: int, highest: int) -> bool:
    """Whether nearly all cells are of a few numbers between these."""
    numbers = {math.inf if (number := number_of(cell)) is None else number for cell in content.cells}
    return bool(numbers) and len(numbers) <= 11 and lowest <= min(numbers) and max(numbers) <= highest


def _brands(content: Content, brands: Collection[str]) -> float:
    """Names that come back; those of our brands are proof."""
    few = len(set(content.cells)) <= max(3, len(content.cells) // 4)
    return max(ours(content, brands), names(content) * (0.9 if few else 0.4))


def ours(content: Content, brands: Collection[str]) -> float:
    """Which part of the cells are brands that are known."""
    return sum(cell.casefold() in brands for cell in content.cells) / max(1, len(content.cells))


_SHARES: dict[str, Callable[[Content], float]] = {
    "text": _texts,
    "title": _texts,
    "posted_at": lambda content: content.share("moment", "epoch", "serial"),
    "time_of_day": lambda content: content.share("time_of_day"),
    "zone": lambda content: content.share("zone"),
    "id": ids,
    "url": addresses,
    "author": names,
    "author_name": names,
    "author_id": ids,
    "outlet": lambda content: names(content) - content.share("app", "platform"),
    "platform": lambda content: content.share("platform") if content.share("platform") >= 0.8 else 0.0,
    "language": lambda content: content.share("language"),
    "sentiment": _labels,
    "sentiment_source": names,
    "is_brand_own": lambda content: content.share("yes_no"),
    "flags": lambda content: 1 - content.share("moment", "address"),
}
_QUALITY: dict[str, Callable[[Content], float]] = {
    "text": text_quality,
    "posted_at": date_quality,
}
