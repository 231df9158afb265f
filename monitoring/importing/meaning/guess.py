"""What a column holds by its cells alone. Up to 0.7: a name that the cells bear out is surer."""

from __future__ import annotations

from collections.abc import Callable, Collection

from monitoring.importing.meaning.content import Content
from monitoring.importing.meaning.fit import addresses, date_quality, ids, names, ours, text_quality
from monitoring.importing.meaning.tones import word_label


def guess(field: str, content: Content, brands: Collection[str], *, is_nameless: bool) -> float:
    """How surely the cells say it. `is_nameless`: "Column 3", so that weaker signs are all there is."""
    if not content.cells:
        return 0.0
    if field == "brand":
        return 0.7 if ours(content, brands) >= 0.8 else 0.0
    return _GUESSES[field](content, is_nameless) if field in _GUESSES else 0.0


def _posted_at(content: Content, is_nameless: bool) -> float:
    if content.share("moment") >= 0.8:
        return 0.6 * date_quality(content)
    return 0.45 if is_nameless and content.share("epoch") >= 0.95 else 0.0


def _text(content: Content, is_nameless: bool) -> float:
    """Sentences, the longer the surer."""
    sentences = content.share("sentence")
    if sentences < (0.3 if is_nameless else 0.5):
        return 0.0
    return (0.42 + 0.1 * sentences + min(0.1, content.length / 1500)) * text_quality(content)


def _author(content: Content, is_nameless: bool) -> float:
    """@names, or where the column has no name, short words that vary."""
    if content.share("handle") >= 0.8:
        return 0.6
    varied = len(set(content.cells)) >= 3 and content.distinct >= 0.1 and content.length <= 30
    known = content.share("platform", "language", "sentiment", "yes_no", "count", "app")
    return 0.45 if is_nameless and varied and known < 0.3 and names(content) >= 0.9 else 0.0


def _id(content: Content, is_nameless: bool) -> float:
    """All different, in one piece, with digits."""
    if not is_nameless or content.distinct < 1 or ids(content) < 1:
        return 0.0
    is_code = all(len(cell) >= 8 and any(map(str.isdigit, cell)) for cell in content.cells)
    return 0.5 if is_code and not content.share("address", "picture", "epoch", "handle") else 0.0


def _language(content: Content, is_nameless: bool) -> float:
    """Codes in small letters, as those of countries are in capitals, or names of languages."""
    cells = set(content.cells)
    is_few = len(cells) <= max(2, len(content.cells) // 2)
    is_said = content.share("language") >= 0.95 and all(cell[:2].islower() or len(cell) > 3 for cell in cells)
    return 0.5 if is_few and is_said else 0.0


def _sentiment(content: Content, is_nameless: bool) -> float:
    """Words of sentiment, not only those that say that there is none, or stars."""
    cells = set(content.cells)
    is_said = any(map(word_label, cells)) and content.share("sentiment") >= 0.9
    return 0.6 if len(cells) <= 15 and (is_said or content.share("stars") >= 0.9) else 0.0


def _platform(content: Content, is_nameless: bool) -> float:
    return 0.5 if content.share("platform") >= 0.9 and content.length > 1 else 0.0


def _url(content: Content, is_nameless: bool) -> float:
    return 0.6 if addresses(content) >= 0.8 else 0.0


_GUESSES: dict[str, Callable[[Content, bool], float]] = {
    "text": _text,
    "posted_at": _posted_at,
    "url": _url,
    "author": _author,
    "id": _id,
    "language": _language,
    "sentiment": _sentiment,
    "platform": _platform,
}
