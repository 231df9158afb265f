"""What is asked of the benchmarks of early warning, and the form in which they answer."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from benchmarks import __main__ as program
from benchmarks import signals, signals_live, signals_mentions

START = datetime(2026, 3, 2, tzinfo=UTC)


def ask(monkeypatch, *arguments) -> int:
    monkeypatch.setattr("sys.argv", ["", "signals", *map(str, arguments), "--json"])
    return program.main()


@pytest.fixture
def asked(monkeypatch):
    """asked("--live") → what reaches `signals.measure`."""
    found = []
    monkeypatch.setattr(signals, "measure", lambda asked: found.append(asked) or {})

    def ask_for(*arguments):
        ask(monkeypatch, *arguments)
        return found.pop()

    return ask_for


def test_a_file_is_handed_on_with_its_brand_and_without_its_sentiment(asked, tmp_path):
    plain = asked("--mentions", tmp_path / "posts.csv")
    assert signals_mentions.arguments(plain) == [str(tmp_path / "posts.csv")]
    more = asked("--mentions", tmp_path / "posts.csv", "--brand", "Kestrel Air", "--ignore-sentiment")
    assert signals_mentions.arguments(more)[1:] == ["--brand", "Kestrel Air", "--ignore-sentiment"]


def test_one_source_at_a_time(asked):
    for wrong in ([], ["--live", "--synthetic"], ["--mentions", "posts.csv", "--live"]):
        with pytest.raises(SystemExit):
            asked(*wrong)


def test_a_file_that_is_not_there_is_named(monkeypatch, tmp_path):
    with pytest.raises(SystemExit, match=r"posts\.csv is no file"):
        ask(monkeypatch, "--mentions", tmp_path / "posts.csv")


def test_what_is_measured_is_what_was_asked_for(monkeypatch, capsys):
    monkeypatch.setattr(signals_mentions, "measure", lambda asked: {"file": asked.mentions.name})
    monkeypatch.setattr(signals_live, "measure", lambda: {"file": None})
    for arguments, name in ((["--mentions", "posts.csv"], "posts.csv"), (["--live"], None)):
        assert ask(monkeypatch, *arguments) == 0
        assert json.loads(capsys.readouterr().out) == {"file": name}


def test_an_episode_says_when_in_utc_and_how_far_above_its_limit():
    signal = SimpleNamespace(
        brand=SimpleNamespace(name="Kestrel Air"),
        heard_at=START.astimezone().replace(microsecond=1),
        began_at=START - timedelta(minutes=20),
        kind="volume",
        priority="high",
        evidence={"flash": 0.3, "flash_limit": 0.4, "swell": 0.5, "swell_limit": 0.4},
    )
    assert signals_mentions.episode(signal) == {
        "brand": "Kestrel Air",
        "raised_at": "2026-03-02T00:00:00Z",
        "onset": "2026-03-01T23:40:00Z",
        "kind": "volume",
        "score": 1.25,
        "priority": "high",
    }


@pytest.mark.parametrize(
    "evidence",
    [
        {"code": "volume.learning"},
        {"flash": None, "flash_limit": 0.4, "swell": 0.2, "swell_limit": 0.4, "day": 90, "day_limit": 40},
    ],
)
def test_what_passed_another_limit_has_a_score_of_one(evidence):
    assert signals_mentions.score(evidence) == 1.0


def write(path, brands) -> None:
    """Two weeks of 30 posts a day about each brand, and on the last day 80 within a quarter of an hour."""
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["created_at", "author", "text", *(["brand"] if brands[0] else [])])
        calm = [START + timedelta(minutes=48 * place) for place in range(14 * 30)]
        crisis = [START + timedelta(days=13, hours=9, seconds=11 * place) for place in range(80)]
        for brand in brands:
            for place, moment in enumerate(calm + crisis):
                text = f"They left me at the gate again, number {place}"
                out.writerow([moment.isoformat(), f"person{place}", text, *([brand] if brand else [])])


@pytest.mark.django_db
def test_brands_are_those_of_the_file(tmp_path):
    write(tmp_path / "posts.csv", ["Kestrel Air", "Heron Foods"])
    found = signals_mentions.judge(tmp_path / "posts.csv", None, ignore_sentiment=False)
    assert sorted(one["brand"] for one in found["episodes"]) == ["Heron Foods", "Kestrel Air"]
    assert all("2026-03-15T09:00" < one["raised_at"] < "2026-03-15T09:20" for one in found["episodes"])
    assert found["brand_days"] == pytest.approx(28, abs=0.1)


@pytest.mark.django_db
def test_a_moment_is_judged_by_nothing_later(tmp_path):
    write(tmp_path / "whole.csv", ["Kestrel Air"])
    with (tmp_path / "whole.csv").open("a") as file:  # questions make a signal urgent
        for place in range(300):
            moment = START + timedelta(days=13, hours=9, minutes=20, seconds=place)
            file.write(
                f"{moment.isoformat()},asker{place},Why is nobody answering question {place}?,Kestrel Air\n"
            )
    (whole,) = signals_mentions.judge(tmp_path / "whole.csv", None, ignore_sentiment=False)["episodes"]
    head, *rows = (tmp_path / "whole.csv").read_text().splitlines()
    known = [row.replace("Kestrel Air", "Heron Foods") for row in rows if row < whole["raised_at"]]
    (tmp_path / "known.csv").write_text("\n".join([head, *known]))
    then = signals_mentions.judge(tmp_path / "known.csv", None, ignore_sentiment=False)["episodes"]
    assert [one for one in then if one["brand"] == "Heron Foods"] == [whole | {"brand": "Heron Foods"}]
    assert whole["priority"] == "low"


@pytest.mark.django_db
def test_a_file_without_brands_needs_one(tmp_path):
    write(tmp_path / "posts.csv", [""])
    with pytest.raises(SystemExit, match=r"posts\.csv: "):
        signals_mentions.judge(tmp_path / "posts.csv", None, ignore_sentiment=False)
    found = signals_mentions.judge(tmp_path / "posts.csv", "Kestrel Air", ignore_sentiment=False)
    assert [one["brand"] for one in found["episodes"]] == ["Kestrel Air"]


@pytest.mark.django_db
def test_sentiment_is_read_unless_it_is_to_be_ignored(tmp_path):
    from monitoring.models import Mention

    path = tmp_path / "posts.csv"
    path.write_text(
        "created_at,author,text,sentiment\n"
        "2026-03-02T08:00:00Z,ada,They left me at the gate,negative\n"
        "2026-03-02T09:00:00Z,ben,A lovely flight,positive\n"
    )
    signals_mentions.judge(path, "Kestrel Air", ignore_sentiment=True)
    assert {*Mention.objects.values_list("sentiment", flat=True)} == {""}
    signals_mentions.judge(path, "Heron Foods", ignore_sentiment=False)
    rated = Mention.objects.filter(brand__name="Heron Foods").values_list("sentiment", flat=True)
    assert {*rated} == {"negative", "positive"}


def test_every_second_brings_as_many_posts_and_every_small_brand_a_burst_of_its_own():
    posts = list(signals_live.traffic(START, [1, 2, 3, 4], list(range(5, 17))))
    moments = [moment for moment, _brand, _is_burst in posts]
    assert moments == sorted(moments)
    assert {*Counter(int((moment - START).total_seconds()) for moment in moments).values()} == {200}
    bursts = [(moment, brand) for moment, brand, is_burst in posts if is_burst]
    assert {brand for _moment, brand in bursts} == {*range(5, 17)}
    begin = [min(moment for moment, one in bursts if one == brand) for brand in range(5, 17)]
    assert [int((moment - START).total_seconds()) for moment in begin] == list(range(0, 36, 3))
