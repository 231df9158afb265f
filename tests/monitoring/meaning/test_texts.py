"""Texts without entities, tags and spreadsheet wrappers."""

from __future__ import annotations

import time

import pytest

from monitoring.importing.meaning.texts import clean_text, looks_garbled, unwrap

TEXTS = {
    "Salt &amp; Sea &lt;3 &#39;yes&#39;": "Salt & Sea <3 'yes'",
    "one<br>two<br />\nthree": "one\ntwo\nthree",
    "<p>Torn <b>once more</b></p><p>again</p>": "Torn once more\n\nagain",
    "C &amp;amp; D": "C & D",
    "3 < 4 and x&y": "3 < 4 and x&y",
    "if a<b and c>d": "if a<b and c>d",
    "<3 it": "<3 it",
    "press the <b> button": "press the <b> button",
    '<a href="https://a.example">a link</a>, <unknown> tag': "a link, <unknown> tag",
    'bad <img class="emoji" alt="😡">': "bad 😡",
    "<script>alert(1)</script>hi <i>x</i><!-- no -->": "hi x",
    "R&D &copy": "R&D &copy",
    "\u00a0 padded \u00a0": "padded",
    "e\u0301te": "éte",
    "a\x00b\x07": "ab",
    "a\r\nb\rc\u2028d": "a\nb\nc\nd",
    "👨\u200d👩\u200d👧 ❤️": "👨\u200d👩\u200d👧 ❤️",
    '="00123"': "00123",
    "'+90 532": "+90 532",
    "'tis": "'tis",
    "=1+1": "=1+1",
}


@pytest.mark.parametrize(("cell", "expected"), TEXTS.items())
def test_text_is_what_a_reader_of_the_post_sees(cell, expected):
    assert clean_text(cell) == expected


def test_cleaning_twice_changes_nothing_more():
    for cell in TEXTS:
        assert clean_text(clean_text(cell)) == clean_text(cell)


def test_wrappers_of_spreadsheets_come_off():
    assert [unwrap(cell) for cell in ('="1 ""a"" b"', "'123", "'a'")] == ['1 "a" b', "123", "'a'"]


def test_garbled_text_is_noted():
    assert looks_garbled("MÃ¼ÅŸteri")
    assert looks_garbled("donâ€™t")
    assert not looks_garbled("Müşteri, don’t, 青禾, Ñandú, 😡")


@pytest.mark.parametrize("cell", ["<" * 300_000, "<a " * 100_000, "<!--" * 100_000 + "-->",
    "-->" + "<!--" * 100_000 + "<b>", "&" * 300_000,
                                  "<b>" + " " * 300_000, "&amp;" * 100_000, "<p>" * 100_000])  # fmt: skip
def test_huge_texts_take_no_long_time(cell):
    began = time.process_time()
    clean_text(cell)
    assert time.process_time() - began < 3
