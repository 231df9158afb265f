"""The detector on real data: posts at six airlines with a storm among them, and labelled counts of seven brands."""

from __future__ import annotations

import csv
import gzip
import importlib.util
import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from types import ModuleType

import pytest

from benchmarks.signals import judge_folder
from monitoring.detection.brand import BrandDetector, Kind
from monitoring.detection.counting import Post, rows
from monitoring.detection.priority import Priority, Text, evidence_of, weigh
from monitoring.detection.replay import Episode, episodes, replay
from monitoring.detection.slots import start_of
from tests.shared_data import AIRLINES, DATA

NAB = DATA / "nab"
SCORER = DATA.parent / "tools" / "score_signals.py"
EVENTS = json.loads((DATA / "events.json").read_text()) if AIRLINES.exists() else []
CRISES = [event for event in EVENTS if event["kind"] == "crisis"]
TRAPS = [event for event in EVENTS if event["kind"] != "crisis" and event["series"] == "airline_2015_hourly"]
needs_airlines = pytest.mark.skipif(not AIRLINES.exists(), reason="the airline posts are not here")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text[:16]).replace(tzinfo=UTC)


@pytest.fixture(scope="module")
def posts() -> dict[str, list[tuple[Post, str]]]:
    found: defaultdict[str, list[tuple[Post, str]]] = defaultdict(list)
    with gzip.open(AIRLINES, "rt", encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            at = datetime.fromisoformat(row["created_at"])
            is_own = row["is_brand_own"] == "1"
            post = Post(row["id"], at, row["author"], row["sentiment"], is_own)
            found[row["brand"]].append((post, row["text"]))
    return found


def judge(posts: list[Post]) -> list[Episode]:
    counted = rows(posts)
    first, last = min(row.slot for row in counted), max(row.slot for row in counted)
    return episodes(replay(counted, first, last, BrandDetector(first)))


@pytest.fixture(scope="module")
def found(posts) -> dict[str, list[Episode]]:
    return {brand: judge([post for post, _ in both]) for brand, both in posts.items()}


@needs_airlines
@pytest.mark.parametrize(("brand", "kind"), [("US Airways", Kind.VOLUME), ("JetBlue", Kind.COMPLAINTS)])
def test_storm_is_said_within_an_hour(found, brand, kind):
    onset = next(utc(event["onset_utc"]) for event in CRISES if event["brand"] == brand)
    first = found[brand][0]
    assert first.said[0][0] is kind
    assert onset <= start_of(first.known + 1) <= onset + timedelta(minutes=60)


@needs_airlines
def test_weakest_of_the_three_is_said_before_it_is_over(found):
    event = next(event for event in CRISES if event["brand"] == "United")
    assert utc(event["onset_utc"]) <= start_of(found["United"][0].known) <= utc(event["end_utc"])


@needs_airlines
def test_signals_outside_of_the_storm_are_a_joke_and_a_promotion(found):
    """Also fewer than 0.05 a brand-day (42.6 of them)."""
    others = [
        (brand, start_of(episode.start))
        for brand, some in found.items()
        for episode in some
        if not any(
            crisis["brand"] == brand
            and utc(crisis["onset_utc"]) <= start_of(episode.start) <= utc(crisis["end_utc"])
            for crisis in CRISES
        )
    ]
    assert sorted(brand for brand, _ in others) == ["JetBlue", "Southwest"]
    for brand, start in others:
        assert any(
            trap["brand"] == brand and abs(utc(trap["onset_utc"]) - start) < timedelta(minutes=30)
            for trap in TRAPS
        )


@needs_airlines
@pytest.mark.parametrize("has_sentiment", [True, False])
def test_traps_are_never_of_high_priority(posts, has_sentiment):
    raised = 0
    for trap in TRAPS:
        onset, end = utc(trap["onset_utc"]), utc(trap.get("end_utc") or trap["peak_utc"])
        both = [
            (post if has_sentiment else post._replace(sentiment=""), text)
            for post, text in posts[trap["brand"]]
            if not post.is_own
        ]
        counted = rows(post for post, _ in both)
        first = min(row.slot for row in counted)
        last = max(row.slot for row in counted)
        for _, heard in replay(counted, first, last, BrandDetector(first)):
            if not heard.said or not onset <= start_of(heard.slot) <= end:
                continue
            raised += 1
            now = start_of(heard.slot + 1)

            def between(start: timedelta, stop: timedelta, now: datetime = now, both=both) -> list[Text]:
                return [Text(p.author, text) for p, text in both if now - start <= p.posted_at < now - stop]

            hours = timedelta(hours=6)
            evidence = evidence_of(
                between(timedelta(hours=1), timedelta()),
                between(hours, timedelta()),
                between(timedelta(days=7), hours),
                heard.share,
            )
            assert weigh(evidence).priority is Priority.LOW
    assert raised


def scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("score_signals", SCORER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.long
@pytest.mark.skipif(not (NAB.exists() and SCORER.exists()), reason="the labelled series are not here")
def test_labelled_series(tmp_path, capsys, monkeypatch):
    """At least what `docs/early-warning.md` says, less a little for another platform's arithmetic."""
    judge_folder(NAB / "realTweets", tmp_path)
    windows, labels = NAB / "realTweets_windows.json", NAB / "realTweets_labels.json"
    monkeypatch.setattr(
        "sys.argv", ["score", str(windows), str(labels), str(NAB / "realTweets"), str(tmp_path), "--json"]
    )
    scorer().main()
    score = json.loads(capsys.readouterr().out)
    assert score["nab"] >= 82
    assert score["near"] >= 23
    assert score["false_per_day"] <= 0.05


@needs_airlines
def test_stream_that_starts_late_is_no_crisis(found):
    assert found["American"] == []


@needs_airlines
def test_week_is_as_long_as_the_figures_say(posts):
    spans = [max(p.posted_at for p, _ in both) - min(p.posted_at for p, _ in both) for both in posts.values()]
    assert sum(spans, timedelta()) / timedelta(days=1) == pytest.approx(42.6, abs=0.1)
