"""One text that travels."""

from __future__ import annotations

import pytest

from monitoring.detection.copies import AT_MOST, find_copies

JOKE = "our fleet is on fleek says the airline and the internet cannot stop laughing"


def test_retweets_are_copies():
    texts = [
        JOKE,
        f"RT @ann: {JOKE} https://example.com/1",
        f"lol {JOKE}",
        "my bag is lost again",
        "thank you",
    ]
    assert find_copies(texts) == (3, 5)
    assert find_copies(texts).share == pytest.approx(0.6)


def test_texts_about_the_same_are_no_copies():
    texts = [
        "my flight is cancelled and nobody answers",
        "flight cancelled, two hours on hold",
        "cancelled again",
    ]
    assert find_copies(texts).largest == 1


def test_copies_of_copies_are_one_group():
    """The first and the last share little, each of them much with the one between."""
    one = "a b c d e f g h i j"
    two = "c d e f g h i j k l"
    three = "e f g h i j k l m n"
    assert find_copies([one, three]).largest == 1
    assert find_copies([one, two, three]).largest == 3


@pytest.mark.parametrize(
    "text",
    [
        "航空公司取消了所有航班旅客被困机场",
        "航空会社が全便を欠航にして乗客が空港で足止め",
        "สายการบินยกเลิกเที่ยวบินทั้งหมด",
    ],
    ids=["Chinese", "Japanese", "Thai"],
)
def test_scripts_without_spaces_are_compared_by_their_characters(text):
    assert find_copies([text, f"转发 {text}!", "完全不同的一句话"]).largest == 2


def test_different_chinese_texts_are_no_copies():
    assert find_copies(["我的行李又丢了没人回答", "航班延误三个小时太差了"]).largest == 1


def test_short_texts_are_copies_only_of_the_same_words():
    assert find_copies(["Shame!", "shame", "shame on you"]).largest == 2


def test_links_and_names_alone_are_no_text():
    assert find_copies(["@brand https://example.com/a", "@brand"]) == (0, 2)


def test_nothing_is_no_copy():
    assert find_copies([]).share == 0


def test_the_latest_texts_are_compared_where_there_are_too_many():
    assert find_copies([JOKE] * 10 + [f"word{n} other{n} third{n}" for n in range(AT_MOST)]) == (1, AT_MOST)
