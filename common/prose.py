"""Text shown to people: safe Markdown, and word-level differences between two versions of a statement."""

import difflib
import re
from dataclasses import dataclass, field
from functools import cache

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

# Scripts written without spaces are compared character by character, everything else word by word.
_UNSPACED = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = rf"(?:(?![{_UNSPACED}])\w)+"
_TOKEN = re.compile(rf"[{_UNSPACED}]|{_WORD}(?:['’]{_WORD})*|\s+|[^\w\s]", re.UNICODE)
# Comparing takes the square of this many words, lines or whatever: a coarser difference beats a page that hangs.
_MOST_COMPARED = 2000

_TAGS = {
    *("p", "br", "hr", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a"),
    *("h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}


@dataclass(frozen=True)
class Piece:
    """A run of text on one side of a difference; `changed` text has no counterpart on the other side."""

    text: str
    changed: bool


@dataclass
class Difference:
    """Two versions side by side; `changes` counts the places where they differ."""

    old: list[Piece] = field(default_factory=list)
    new: list[Piece] = field(default_factory=list)
    changes: int = 0


def compare(old: str, new: str) -> Difference:
    """Word by word (character by character where a script has no spaces), both sides complete.

    Very long texts are compared line by line, those with very many lines not within: they differ or they do not.
    """
    for parts in (_TOKEN.findall, _lines, _whole):
        left, right = parts(old), parts(new)
        if max(len(left), len(right)) <= _MOST_COMPARED:
            break
    found = Difference()
    running = False
    steps = difflib.SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    for number, (tag, i1, i2, j1, j2) in enumerate(steps):
        # A blank between two changed words belongs to the change: five words replaced are one change.
        inside = 0 < number < len(steps) - 1 and "".join(left[i1:i2]).isspace()
        changed = tag != "equal" or inside
        found.changes += changed and not running
        running = changed
        _add(found.old, "".join(left[i1:i2]), changed)
        _add(found.new, "".join(right[j1:j2]), changed)
    return found


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _whole(text: str) -> list[str]:
    return [text] if text else []


def _add(side: list[Piece], text: str, changed: bool) -> None:
    if side and side[-1].changed == changed:
        text = side.pop().text + text
    if text:
        side.append(Piece(text, changed))


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table").disable("image")


def render_markdown(text: str) -> SafeString:
    """Markdown as HTML that is safe to show: no raw HTML, images or styles; headings start at h3."""
    parser = _parser()
    tokens = parser.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 2, 6)}"
    html = parser.renderer.render(tokens, parser.options, {})
    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(clean)  # noqa: S308 - cleaned on the line above
