"""How well the cells of a column fit a field: from 0, they cannot be it, to 1."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection

from monitoring.importing.meaning.content import Content
from monitoring.importing.meaning.fields import COUNTS
from monitoring.importing.meaning.tones import number_of

VETO = 0.3  # less of its cells than this, and the column is not it, whatever its name
MOMENTS = ("moment", "epoch")
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


def _text_quality(content: Content) -> float:
    """Texts differ from row to row and are longer than labels."""
    differs = 1.0 if content.distinct >= REPEATS or len(content.cells) < 4 else 0.6
    lengthy = 1.0 if content.length >= 12 or content.share("sentence") >= 0.2 else 0.8
    few = 0.6 if len(content.cells) >= 20 and content.distinct < 0.1 and content.length < 30 else 1.0
    return differs * lengthy * few


def _date_quality(content: Content) -> float:
    """The instant before the local time, and this before the day alone."""
    if content.share("relative") >= 0.5:
        return 0.75
    if content.days_only:
        return 0.85
    return 1.0 if content.has_instants else 0.96


def _ids(content: Content) -> float:
    spaced = sum(" " in cell or len(cell) > 120 for cell in content.cells) / max(1, len(content.cells))
    dated = content.counted["moment"] / max(1, len(content.cells))
    return 1 - min(1.0, spaced + dated)


def _names(content: Content) -> float:
    """Short words, @names, and now and then a number: no sentences, dates or addresses."""
    return (
        1
        - content.share("sentence", "moment", "time_of_day", "address", "epoch", "yes_no")
        - 0.8 * content.share("count")
    )


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
    ours = _ours(content, brands)
    few = len(set(content.cells)) <= max(3, len(content.cells) // 4)
    return max(ours, _names(content) * (0.9 if few else 0.4))


def _ours(content: Content, brands: Collection[str]) -> float:
    return sum(cell.casefold() in brands for cell in content.cells) / max(1, len(content.cells))


def guess(field: str, content: Content, brands: Collection[str], *, is_nameless: bool) -> float:
    """How surely the cells alone say it, up to 0.7; much less than a name that they bear out."""
    if not content.cells or field not in _GUESSES:
        return 0.0
    if field == "brand":
        return 0.7 if brands and _ours(content, brands) >= 0.8 else 0.0
    return _GUESSES[field](content, is_nameless)


def _guess_author(content: Content, is_nameless: bool) -> float:
    """@names, or where the column has no name, short words that vary."""
    if content.share("handle") >= 0.8:
        return 0.6
    varied = len(set(content.cells)) >= 3 and content.distinct >= 0.1 and content.length <= 30
    known = content.share("platform", "language", "sentiment", "yes_no", "count", "app")
    return 0.45 if is_nameless and varied and known < 0.3 and _names(content) >= 0.9 else 0.0


def _guess_text(content: Content, is_nameless: bool) -> float:
    """Sentences, the longer the surer."""
    sentences = content.share("sentence")
    if sentences < (0.3 if is_nameless else 0.5):
        return 0.0
    return (0.42 + 0.1 * sentences + min(0.1, content.length / 1500)) * _text_quality(content)


def _guess_id(content: Content, is_nameless: bool) -> float:
    long = sum(len(cell) >= 8 and any(map(str.isdigit, cell)) for cell in content.cells) / len(content.cells)
    is_id = is_nameless and content.distinct == 1 and long >= 0.9 and _ids(content) == 1
    return 0.5 if is_id and content.share("address", "epoch", "moment", "handle") == 0 else 0.0


def _guess_language(content: Content, is_nameless: bool) -> float:
    few = len(set(content.cells)) <= max(2, len(content.cells) // 2)
    return (
        0.5
        if few and content.share("language") >= 0.95 and all(map(_may_be_language, set(content.cells)))
        else 0.0
    )


def _may_be_language(cell: str) -> bool:
    return cell[:2].islower() or len(cell) > 3


_GUESSES: dict[str, Callable[[Content, bool], float]] = {
    "text": _guess_text,
    "posted_at": lambda content, nameless: (
        0.6 * _date_quality(content)
        if content.share("moment") >= 0.8
        else 0.45 * (content.share("epoch") >= 0.95 and nameless)
    ),
    "url": lambda content, nameless: 0.6 if content.share("address") >= 0.8 else 0.0,
    "author": _guess_author,
    "id": _guess_id,
    "language": _guess_language,
    "sentiment": lambda content, nameless: (
        0.6 if content.share("sentiment") >= 0.9 and len(set(content.cells)) <= 15 else 0.0
    ),
    "platform": lambda content, nameless: (
        0.5 if content.share("platform") >= 0.9 and content.length > 1 else 0.0
    ),
    "brand": lambda content, nameless: 0.0,
}


_SHARES: dict[str, Callable[[Content], float]] = {
    "text": _texts,
    "title": _texts,
    "posted_at": lambda content: content.share(*MOMENTS),
    "time_of_day": lambda content: content.share("time_of_day"),
    "zone": lambda content: content.share("zone"),
    "id": _ids,
    "url": lambda content: content.share("address"),
    "author": _names,
    "author_name": _names,
    "author_id": _ids,
    "outlet": lambda content: _names(content) - content.share("app", "platform"),
    "platform": lambda content: content.share("platform") if content.share("platform") >= 0.8 else 0.0,
    "language": lambda content: content.share("language"),
    "sentiment": _labels,
    "sentiment_source": _names,
    "is_brand_own": lambda content: content.share("yes_no"),
    "flags": lambda content: 1 - content.share("moment", "address"),
}
_QUALITY: dict[str, Callable[[Content], float]] = {
    "text": _text_quality,
    "posted_at": _date_quality,
}
