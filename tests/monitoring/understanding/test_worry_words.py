"""Words of danger, illness, injury, death, threat and self-harm are found, and figures of speech are left alone."""

from __future__ import annotations

import unicodedata

import pytest

from monitoring.understanding.worry_words import Worry, _lists, worries

WORRYING = [
    ("en", "The charger caught fire next to my bed", Worry.DANGER),
    ("en", "Two of us got food poisoning from your salad", Worry.ILLNESS),
    ("en", "My son was INJURED on your slide", Worry.INJURY),
    ("en", "My father passed away while we waited for you", Worry.DEATH),
    ("en", "I know where you live and I am coming for you", Worry.THREAT),
    ("en", "I don’t want to live anymore", Worry.SELF_HARM),
    ("tr", "Telefon şarjdayken patladı", Worry.DANGER),
    ("tr", "TAVUKTAN ZEHİRLENDİK, HASTANEDEYİZ", Worry.ILLNESS),
    ("tr", "Çocuğum oyuncaktan yaralandı", Worry.INJURY),
    ("tr", "Sizin yüzünüzden bir insan öldü", Worry.DEATH),
    ("tr", "Hepinizi öldüreceğim", Worry.THREAT),
    ("tr", "intihara sürüklediniz beni", Worry.SELF_HARM),
    ("pl", "Ładowarka wybuchła w nocy", Worry.DANGER),
    ("pl", "Zatruliśmy się waszą sałatką, jesteśmy w szpitalu", Worry.ILLNESS),
    ("pl", "Dziecko skaleczyło się o krawędź", Worry.INJURY),
    ("pl", "Przez was zmarł człowiek", Worry.DEATH),
    ("pl", "Podpalę wam sklep", Worry.THREAT),
    ("pl", "myślę o samobójstwie", Worry.SELF_HARM),
    ("zh", "充电宝昨晚突然起火了", Worry.DANGER),
    ("zh", "吃完全家都食物中毒", Worry.ILLNESS),
    ("zh", "孩子被划伤流血", Worry.INJURY),
    ("zh", "再不管就要出人命了", Worry.DEATH),
    ("zh", "我要炸了你们公司,炸弹都准备好了", Worry.THREAT),
    ("zh", "我真的不想活了", Worry.SELF_HARM),
]
HARMLESS = [
    ("en", "I am dying to fly with you again"),
    ("en", "This queue is killing me"),
    ("en", "That cake is to die for, you killed it"),
    ("en", "My phone battery died, so I could not check in"),
    ("en", "You guys are on fire today, the show was the bomb"),
    ("en", "A troubleshooting guide for the deadline, with skill and hospitality"),
    ("en", "@killer_bombs thanks"),
    ("tr", "Gülmekten öldüm"),
    ("tr", "Kusura bakmayın, bomba gibi kampanya olmuş"),
    ("tr", "Sipariş elimize ulaştı, güzel oldu"),
    ("pl", "Umieram ze śmiechu"),
    ("pl", "Zatrudnijcie kogoś bez zwłoki, tu strasznie śmierdzi"),
    ("pl", "Zginęła mi paczka, gwałtownie zdrożało, bombka piękna"),
    ("zh", "气死了,等了三个小时"),
    ("zh", "跳楼价大促销,笑死我了"),
]


@pytest.mark.parametrize(("language", "text", "worry"), WORRYING)
def test_a_worry_is_found(language: str, text: str, worry: Worry) -> None:
    assert worry in [found.worry for found in worries(text, language)]


@pytest.mark.parametrize(("language", "text"), HARMLESS)
def test_a_figure_of_speech_is_left_alone(language: str, text: str) -> None:
    assert worries(text, language) == []


@pytest.mark.parametrize(("language", "text", "worry"), WORRYING)
def test_all_lists_are_read_where_the_language_is_unknown(language: str, text: str, worry: Worry) -> None:
    assert worry in [found.worry for found in worries(text, "")]


def test_a_list_is_read_for_its_language_alone() -> None:
    assert worries("Die Lieferung kam in 3 Tagen, ein bomba Angebot", "de") == []
    assert worries("The charger caught fire", "en-us")
    assert worries("充电宝起火了", "zh-hans")
    assert worries("充电宝起火了", "en") == []


def test_what_was_found_is_shown_in_the_order_of_the_text() -> None:
    found = worries("Smoke! It caught fire, two people were injured. INJURED!", "en")
    assert [one.words for one in found] == ["caught fire", "injured", "INJURED"]
    assert [one.words for one in worries("ELİMİ YAKTI bu fırın, sonra elimi yaktı yine", "tr")] == [
        "ELİMİ YAKTI",
        "elimi yaktı",
    ]


def test_a_harmless_phrase_hides_only_itself() -> None:
    assert [one.words for one in worries("My battery died and then my dog died", "en")] == ["died"]
    assert [one.words for one in worries("气死了,孩子都送医院了", "zh")] == ["送医院"]


def test_a_name_worries_nobody() -> None:
    assert worries("Murder Mystery Night was great", "en")
    assert worries("Murder Mystery Night was great", "en", names=["Murder Mystery Night"]) == []
    assert worries("A murder at Murder Mystery Night", "en", names=["Murder Mystery Night"])
    assert worries("爆炸鸡排真好吃", "zh")
    assert worries("爆炸鸡排真好吃", "zh", names=["爆炸鸡排"]) == []


def test_an_empty_name_changes_nothing() -> None:
    assert worries("充电宝起火了", "zh", names=[""])
    assert worries("The charger caught fire", "en", names=["", "!"])


def test_decomposed_letters_are_read() -> None:
    assert worries(unicodedata.normalize("NFD", "śmierć"), "pl")


@pytest.mark.parametrize("text", ["", "\0", "\ud83d", "*", "_ _ _", "a" * 100_000])
def test_odd_texts_are_no_worry(text: str) -> None:
    assert worries(text, "") == []


def test_lists_are_of_the_known_kinds_and_say_nothing_twice() -> None:
    for lists in _lists().values():
        assert set(lists) == {*Worry.values, "not"}
        entries = [entry for each in lists.values() for entry in each]
        assert sorted(set(entries)) == sorted(entries)


def test_every_entry_is_found_by_the_matcher() -> None:
    """One that the matcher cannot reach, or that a harmless phrase always hides, would be dead weight."""
    for code, lists in _lists().items():
        for kind in Worry.values:
            for entry in lists[kind]:
                text = entry.replace("*", "").replace("_", "x")
                assert kind in [found.worry for found in worries(text, code)], (code, kind, entry)
