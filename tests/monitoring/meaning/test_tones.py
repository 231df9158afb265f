"""Sentiment in words, and scales that a person has to confirm."""

from __future__ import annotations

import pytest

from monitoring.importing.meaning.tones import Tones, ToneSurvey

WORDS = {
    "negative": "Rather negative|NEG|Neg.|strongly_negative|negative (0.91)|NEGATIVE: 0.83|çok olumsuz|"
    "Negatif|bardzo negatywny|负面|較負面|消極的|差评|отрицательная|Негативный|eher negativ|très négatif|"
    "muy negativo|muito negativo|zeer negatief|дуже негативна|ネガティブ|부정적|سلبي|😡|☹️|👎",
    "neutral": "Neutral|neut.|Nötr|Tarafsız|obojętny|neutralny|中性|нейтральная|neutro|neutre|neutrale|"
    "neutraal|ニュートラル|중립|محايد|😐",
    "positive": "Positive|POS|mostly positive|Positive 87%|Olumlu|Pozitif|pozytywny|很积极|好评|положительный|"
    "Sehr positiv|plutôt positif|positivo|positiva|positief|позитивна|ポジティブ|긍정적|إيجابي|🙂|❤️",
    "": "|Unrated|not_rated|N/A|None|Mixed|Karışık|mieszany|未知|смешанная|gemischt|-|unknown",
}
CELLS = [(cell, label) for label, cells in WORDS.items() for cell in cells.split("|")]


def survey(*cells: str) -> ToneSurvey:
    found = ToneSurvey()
    for cell in cells:
        found.add(cell)
    return found


@pytest.mark.parametrize(("cell", "label"), CELLS)
def test_words_are_understood_by_themselves(cell, label):
    assert Tones().parse(cell) == label


@pytest.mark.parametrize("cell", ["banana", "1", "0.5", "not positive", "nicht negativ", "non negative",
    "positive and negative", "LABEL_0",
                                  "P", "x" * 10_000])  # fmt: skip
def test_what_is_not_known_is_never_guessed(cell):
    with pytest.raises(ValueError, match="no sentiment"):
        Tones().parse(cell)


@pytest.mark.parametrize(
    ("cells", "proposed"),
    [
        ("0 1 2", "negative neutral positive"),
        ("-1 0 1", "negative neutral positive"),
        ("0 2 4", "negative neutral positive"),
        ("1 2 3 4 5", "negative negative neutral positive positive"),
        ("1 2 3", "negative neutral positive"),
        ("★ ★★★☆☆ ★★★★★", "negative neutral positive"),
        ("1/5 3/5 5/5", "negative neutral positive"),
        ("-0.81 0.0 0.33", "negative neutral positive"),
        ("0.1 0.5 0.9", "negative neutral positive"),
        ("12 55 88.5", "negative neutral positive"),
        ("LABEL_0 LABEL_1 LABEL_2", "negative neutral positive"),
        ("N U P", "negative neutral positive"),
        ("- +", "negative positive"),
    ],
)
def test_scale_is_proposed_from_the_whole_column_and_used_once_accepted(cells, proposed):
    scale = survey(*cells.split()).scale
    assert scale is not None
    assert scale.proposed == dict(zip(cells.split(), proposed.split(), strict=True))
    accepted = Tones(accepted=scale)
    assert [accepted.parse(cell) for cell in cells.split()] == proposed.split()


def test_answers_of_the_person_win_over_the_proposal():
    found = survey("0", "1", "2")
    assert Tones({"0": "positive"}, found.scale).parse("0") == "positive"
    assert Tones({"0": "positive"}).parse("0.0") == "positive"


def test_words_beside_numbers_need_no_scale():
    found = survey("Olumsuz", "-0.81", "0.33", "NEG", "Mixed")
    assert dict(found.labels) == {"negative": 2, "": 1}
    assert found.scale is not None
    assert set(found.scale.cells) == {"-0.81", "0.33"}
    assert found.share == 1


def test_words_alone_need_no_scale():
    assert survey("positive", "-", "negative", "").scale is None


def test_large_numbers_are_no_scale():
    found = survey("123456", "3", "98")
    assert found.scale is not None
    assert found.scale.proposed == {}
    assert found.share == 0


def test_unknown_words_are_counted():
    assert survey("banana", "banana", "positive").unknown == {"banana": 2}
