"""Languages by name and code."""

from __future__ import annotations

import pytest

from monitoring.importing.meaning.languages import language_code

LANGUAGES = {
    "English": "en", "EN": "en", "eng": "en", "en_US": "en-us", "English (US)": "en-us", "İngilizce": "en",
    "angielski": "en", "英语": "en",
    "Portuguese (Brazil)": "pt-br", "Brazilian Portuguese": "pt-br", "pt-BR": "pt-br",
    "Chinese (Simplified)": "zh-hans",
    "Chinese (Traditional)": "zh-hant", "中文": "zh", "中文（简体）": "zh-hans", "zho": "zh", "Türkçe": "tr",
    "tur": "tr", "polski": "pl", "Русский": "ru",
    "українська": "uk", "日本語": "ja", "한국어": "ko", "العربية": "ar", "français": "fr", "ger": "de", "iw": "he",
    "Spanish (Latin America)": "es-419",
    "und": "", "qme": "", "zxx": "", "": "", "English - US": "en-us", "Volapükish": "", "banana split": "",
    "x" * 5_000: "",
    "Not Available": "",
}  # fmt: skip


@pytest.mark.parametrize(("cell", "code"), LANGUAGES.items())
def test_language_becomes_a_short_code_or_nothing(cell, code):
    assert language_code(cell) == code


def test_no_code_is_longer_than_its_column():
    assert max(len(language_code(cell)) for cell in LANGUAGES) <= 16
