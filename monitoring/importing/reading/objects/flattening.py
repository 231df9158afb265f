"""One JSON record as cells: nested names joined with dots, numbers with all digits, texts in parts as one."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from decimal import Decimal
from typing import Any

MAX_KEYS = 100  # of one nested object; more are a list of things by their ids
MAX_PARTS = 1000
WIDEST_EXPONENT = 40  # digits are written out up to here

# Escapes of NUL and of halves of pairs, and of UTF-8 bytes written one by one; then `mended` is needed
SUSPICIOUS = re.compile(rb"\x00|\\u(?:0000|d[89a-f]|00[c-f][0-9a-f]\\u00[89ab])", re.I)

EMPTY_DECIMALS = re.compile(r"\.0+$")
NOT_STORED = re.compile(
    "[\x00\ud800-\udfff]"
)  # PostgreSQL takes neither; halves of pairs come from cut emoji
READ_AS_LATIN = re.compile("[\u00c2-\u00f4][\u0080-\u00bf]")  # how UTF-8 looks in archives of some networks

Cells = dict[str, str]


def number_text(digits: str) -> str:
    """ "29.0" is "29", "1.5E+3" is "1500"; a number too large to be written out stays as it is."""
    if "e" not in digits and "E" not in digits:
        return EMPTY_DECIMALS.sub("", digits)
    exponent = digits.lower().partition("e")[2].lstrip("+-")
    if len(exponent) > 3 or int(exponent) > WIDEST_EXPONENT:
        return digits
    return EMPTY_DECIMALS.sub("", format(Decimal(digits), "f"))


DECODER = json.JSONDecoder(
    parse_int=str, parse_float=number_text, parse_constant=lambda name: "", strict=False
)  # NaN and Infinity are nothing; of a key that comes twice the last value counts, as everywhere


def parsed(raw: bytes) -> tuple[Any, bool]:
    """The value of a record, with numbers as text, and whether damaged characters were replaced.

    Raises ValueError for what is no JSON.
    """
    try:
        text, damaged = raw.decode(), False
    except UnicodeDecodeError:
        text, damaged = raw.decode("utf-8", "replace"), True
    try:
        value, _end = DECODER.raw_decode(text.lstrip("\ufeff \t\r\n"))
    except RecursionError as error:
        raise ValueError from error
    return value, damaged


def flattened(record: dict[str, Any], careful: bool) -> Cells:
    """Cells by their names. `careful`: something in the record is SUSPICIOUS."""
    cells: Cells = {}
    _flatten(record, cells, "")
    if careful:
        return {mended(name): mended(cell) for name, cell in cells.items()}
    return cells


def mended(text: str) -> str:
    """Text without NUL and halves of pairs, and with letters where an archive has their UTF-8 bytes one by one."""
    if text.isascii():
        return text.replace("\x00", "")
    if READ_AS_LATIN.search(text):
        with suppress(UnicodeError):
            text = text.encode("latin-1").decode()
    return NOT_STORED.sub(lambda match: "" if match[0] == "\x00" else "\ufffd", text)


def _flatten(record: dict[str, Any], cells: Cells, prefix: str) -> None:
    for key, value in record.items():
        if type(value) is str:
            cells[prefix + key] = value
        elif type(value) is dict:
            _flatten_object(value, cells, prefix, key)
        elif type(value) is list:
            _flatten_list(value, cells, prefix + key)
        else:
            cells[prefix + key] = plain(value)


def plain(value: Any) -> str:
    """A value that is neither list nor object, as text."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _flatten_object(value: dict[str, Any], cells: Cells, prefix: str, key: str) -> None:
    if len(value) > MAX_KEYS:
        cells[prefix + key] = str(len(value))
    elif len(value) == 1 and next(iter(value)).startswith("$"):  # {"$date": ...}, as databases write types
        _flatten({key: next(iter(value.values()))}, cells, prefix)
    else:
        _flatten(value, cells, f"{prefix}{key}.")


def _flatten_list(values: list[Any], cells: Cells, name: str) -> None:
    if not any(isinstance(value, dict | list) for value in values):
        cells[name] = ", ".join(map(plain, values))
    elif _are_parts(values):
        cells[name] = "".join(value if isinstance(value, str) else value["text"] for value in values)
    elif one := _as_one_object(values):
        _flatten(one, cells, f"{name}.")
    else:
        cells[name] = str(len(values))


def _are_parts(values: list[Any]) -> bool:
    """True for a text in pieces: strings and objects with `text`, as messengers write links and bold words."""
    texts = [value for value in values if isinstance(value, str)]
    objects = [value for value in values if isinstance(value, dict)]
    if len(texts) + len(objects) < len(values) or len(values) > MAX_PARTS:
        return False
    return all(isinstance(each.get("text"), str) and (texts or "type" in each) for each in objects)


def _as_one_object(values: list[Any]) -> dict[str, Any]:
    """Objects without a common key as one object; nothing where they are things of one kind."""
    if len(values) > 10 or not all(isinstance(value, dict) for value in values):
        return {}
    merged: dict[str, Any] = {}
    for value in values:
        if merged.keys() & value.keys():
            return {}
        merged.update(value)
    return merged
