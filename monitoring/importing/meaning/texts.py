"""Texts as they were written: entities, tags and spreadsheet wrappers taken off, nothing else changed."""

from __future__ import annotations

import re
import unicodedata
from html import unescape

# Tags that HTML knows; "5 < 6 and 7 > 2" and "<3" have none.
NAMES = (
    "a|abbr|address|article|aside|audio|b|big|blockquote|body|br|button|caption|center|cite|code|dd|del|details|div|dl|dt|em"
    "|figcaption|figure|font|footer|form|h[1-6]|head|header|hr|html|i|iframe|img|input|ins|label|li|link|main|mark|meta|nav"
    "|noscript|ol|option|p|pre|q|s|section|select|small|source|span|strike|strong|sub|summary|sup|svg|table|tbody|td|tfoot|th"
    "|thead|time|title|tr|u|ul|video|wbr"
)
TAG = re.compile(rf"<(?P<end>/)?(?P<name>{NAMES})(?P<rest>(?:\s[^<>]*)?)/?>", re.IGNORECASE)
BREAK = re.compile(r"(<br\s{0,9}/?>)\r?\n", re.IGNORECASE)  # programs write it in front of the real one
HIDDEN = (("<!--", "-->"), ("<script", "</script>"), ("<style", "</style>"))
BLOCKS = {
    *(
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "dd",
        "div",
        "dl",
        "dt",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
    ),
    *(
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tr",
        "ul",
        "br",
    ),
}
ENTITY = re.compile(r"&(?:[a-z][a-z0-9]{1,30}|#\d{1,7}|#x[0-9a-f]{1,6});", re.IGNORECASE)
ALT = re.compile(r"""\balt\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)  # platforms have emoji as images
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
FOREIGN = re.compile(r"[^\x00-\x7f]{2,}")
ALONE = {"br", "hr", "img", "input", "li", "p", "wbr"}  # tags that need no end
FORMULA = re.compile(r'=\s*"((?:[^"]|"")*)"')


def clean_text(cell: str) -> str:
    """What a reader of the post would see. Emoji and line breaks stay; nothing is cut."""
    text = unwrap(cell)
    if "&" in text or "<" in text:
        text = _without_markup(text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return CONTROL.sub(_line_break, text).replace("\r\n", "\n").replace("\r", "\n").strip()


def unwrap(cell: str) -> str:
    """Without what spreadsheets are told with that a cell is text: ="123", '123."""
    cell = cell.strip()
    if cell[:1] == "=" and (formula := FORMULA.fullmatch(cell)):
        return formula[1].replace('""', '"')
    if cell[:1] == "'" and cell[1:2] in "+-=@0123456789" and cell[1:2] and "'" not in cell[1:]:
        return cell[1:]
    return cell


def looks_garbled(text: str) -> bool:
    """Whether the text was read in a wrong encoding before it came here: "Ã¼". It is not repaired, only noted."""
    return not text.isascii() and any(_is_garbled(run) for run in FOREIGN.findall(text))


def _is_garbled(run: str) -> bool:
    """Whether the bytes of Windows-1252 that these letters are make sense as UTF-8."""
    for encoding in ("cp1252", "latin-1"):
        try:
            run.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
        return True
    return False


def _without_markup(text: str) -> str:
    """Tags that were written as entities are shown to readers of some exports as tags: both are taken off."""
    text = _without_tags(text)
    for _time in range(2):  # exports that went through two programs have &amp;amp;
        if not ENTITY.search(text):
            break
        text = unescape(text)
        text = _without_tags(text)
    return text


def _without_tags(text: str) -> str:
    """A tag that is neither closed nor has an attribute is talked about: "the <b> button" stays."""
    if "<" not in text:
        return text
    text = _without_hidden(text)
    tags = list(TAG.finditer(text))
    if not tags:
        return text
    opened, closed = (
        {tag["name"].casefold() for tag in tags if bool(tag["end"]) == end} for end in (False, True)
    )
    markup = (opened & closed) | ALONE

    def instead(tag: re.Match[str]) -> str:
        name = tag["name"].casefold()
        if name == "img" and (alt := ALT.search(tag["rest"])):
            return alt[1] or alt[2] or ""
        if name not in markup and "=" not in tag["rest"]:
            return tag[0]
        return "\n" if name in BLOCKS else ""

    text = TAG.sub(instead, BREAK.sub(r"\1", text))
    lines = "\n".join(line.rstrip(" \t") for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n")


def _without_hidden(text: str) -> str:
    """Without comments, scripts and styles; from left to right, for a text may have a million of them."""
    for start, end in HIDDEN:
        kept, at = [], 0
        while (begin := text.find(start, at)) >= 0 and (finish := text.find(end, begin)) >= 0:
            kept.append(text[at:begin])
            at = finish + len(end)
        text = "".join(kept) + text[at:]
    return text


def _line_break(control: re.Match[str]) -> str:
    return "\n" if control[0] in "\u2028\u2029\x0b\x0c" else ""
