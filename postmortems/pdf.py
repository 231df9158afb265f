"""Sets a report as PDF with typst.

What people wrote reaches typst as JSON in an input, never as markup: nothing in it is evaluated. The compiler runs
with a root that holds the template alone.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import typst

TEMPLATE = Path(__file__).parent / "typesetting" / "report.typ"
# typst brings fonts for Latin, Greek and Cyrillic; Chinese needs one of these on the machine.
CHINESE_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "PingFang SC",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
)
# typst breaks lines at spaces and hyphens; an address without any would run over the margin.
_LONG_WORD = re.compile(r"[^\s\u3400-\u9fff]{40,}")
_ZERO_WIDTH_SPACE = "\u200b"
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


@cache
def fonts() -> typst.Fonts:
    """The machine's fonts and typst's own; read once per process."""
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=True)


def chinese_font(families: list[str]) -> str | None:
    """The first installed font that has Chinese characters."""
    return next((name for name in CHINESE_FONTS if name in families), None)


def typeset(report: dict[str, Any]) -> bytes:
    """The report as a PDF. Where no font on the machine has Chinese characters and the text has, it says so."""
    content = json.dumps(_breakable(report), ensure_ascii=False)
    chinese = chinese_font(fonts().families())
    layout = {
        "chinese_font": chinese or "",
        # In English, because the reader's own script may be the one that is missing.
        "font_warning": ""
        if chinese or not _HAN.search(content)
        else "Chinese characters are missing below: no font on this server has them. "
        "Install one, for example Debian's package fonts-noto-cjk, restart, and print again.",
    }
    pdf = typst.compile(
        TEMPLATE,
        root=TEMPLATE.parent,
        font_paths=fonts(),
        format="pdf",
        sys_inputs={"report": content, "layout": json.dumps(layout)},
    )
    if not isinstance(pdf, bytes):
        raise TypeError("typst gave no PDF")
    return pdf


def _breakable(value: Any) -> Any:
    """The same data, with places to break in words that no line can hold."""
    if isinstance(value, dict):
        return {key: _breakable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_breakable(item) for item in value]
    if isinstance(value, str):
        return _LONG_WORD.sub(lambda word: re.sub(r"(.{12})", rf"\1{_ZERO_WIDTH_SPACE}", word[0]), value)
    return value
