"""A post's language is said where its words say it, and left open where they do not."""

from __future__ import annotations

import pytest

from monitoring.importing.meaning.languages import language_code
from monitoring.understanding.language import (
    CODES,
    NONE,
    Detector,
    eldc_detector,
    language_of,
    py3langid_detector,
)

SAID = [
    ("My parcel has not arrived and nobody answers the phone", "en"),
    ("Merhaba, kargom hâlâ gelmedi, üç gündür bekliyorum", "tr"),
    ("Paczka nie dotarła, a infolinia milczy od tygodnia", "pl"),
    ("快递还没到,客服也不回消息", "zh"),
    ("這個產品很差", "zh"),
    ("Guten Tag, mein Paket fehlt seit gestern", "de"),
    ("refund please @Velmora https://velmora.example/orders #Velmora", "en"),
]
OPEN = [
    "",
    "ok",
    "hahahahaha",
    "😡😡😡",
    "12:30 - 14:45",
    "@Velmora https://velmora.example/in/plain/english",
    "someone.with.a.long.name@velmora.example",
    "差",
]


@pytest.fixture(scope="module", params=[eldc_detector, py3langid_detector])
def detector(request: pytest.FixtureRequest) -> Detector:
    if request.param is eldc_detector:
        pytest.importorskip("eldc")
    made: Detector = request.param()
    return made


@pytest.mark.parametrize(("text", "code"), SAID)
def test_a_language_is_said(detector: Detector, text: str, code: str) -> None:
    assert language_of(text, detector) == code


@pytest.mark.parametrize("text", OPEN)
def test_no_language_without_words(detector: Detector, text: str) -> None:
    assert language_of(text, detector) == ""


def test_two_han_characters_are_chinese_and_one_with_kana_is_not(detector: Detector) -> None:
    assert language_of("差评", detector) == "zh"
    assert language_of("とても残念です", detector) == "ja"


def test_no_language_where_two_are_as_likely() -> None:
    assert language_of("some words of whatever", lambda text: ("da", False)) == ""
    assert language_of("some words of whatever", lambda text: ("da", True)) == "da"


@pytest.mark.parametrize("broken", ["\ud83d", "\0"])
def test_broken_characters_do_no_harm(detector: Detector, broken: str) -> None:
    assert language_of(f"The driver was rude {broken} and the food was cold", detector) == "en"


def test_a_long_text_is_not_read_to_its_end(detector: Detector) -> None:
    seen = []
    language_of("slow delivery " * 100_000, lambda text: (seen.append(len(text)), ("en", True))[1])
    assert seen[0] <= 2_000


def test_codes_are_those_of_imports() -> None:
    """What a file says and what we detect end in one column."""
    eldc = pytest.importorskip("eldc")
    detected = {CODES.get(code, code) for code in eldc.LANGUAGES}
    assert {language_code(code) for code in detected} == detected
    assert language_code(NONE[1]) == ""
