"""Voices and complaints of one brand."""

from __future__ import annotations

import json

from monitoring.detection.brand import BrandDetector, Kind
from monitoring.detection.counting import Counts
from monitoring.detection.slots import HOUR
from monitoring.detection.words import arithmetic
from tests.monitoring.detection.streams import FIRST, complaining, even

USUAL = [complaining(0.25)(voices or 0) for voices in even(8)]


def hear(*more: Counts | None):
    brand = BrandDetector(FIRST)
    for counts in USUAL:
        brand.advance(counts)
    return brand, [brand.advance(counts) for counts in more]


def kinds(heard) -> set[Kind]:
    return {kind for one in heard for kind, _ in one.said}


def test_crisis_that_takes_the_place_of_ordinary_talk_is_said_for_its_complaints():
    """As many voices as ever, and all of them complain."""
    _, heard = hear(*[complaining(1)(5)] * 4 * HOUR)
    assert kinds(heard) == {Kind.COMPLAINTS}


def test_joke_that_brings_complaints_along_is_said_for_its_volume_alone():
    _, heard = hear(*[Counts(60, 9, 60, 60)] * HOUR)
    assert kinds(heard) == {Kind.VOLUME}


def test_loud_and_angry_is_said_for_both():
    _, heard = hear(*[Counts(60, 50, 60, 60)] * HOUR)
    assert kinds(heard) == {Kind.VOLUME, Kind.COMPLAINTS}


def test_flood_by_few_people_is_not_said():
    _, heard = hear(*[Counts(5, 2, 5, 400)] * HOUR)
    assert kinds(heard) == set()


def test_without_sentiment_there_is_no_second_stream():
    brand = BrandDetector(FIRST)
    heard = [brand.advance(Counts(4, 0, 0, 4)) for _ in range(HOUR)]
    assert all(one.complaints is None for one in heard)


def test_share_comes_with_what_is_said():
    _, heard = hear(*[Counts(60, 50, 60, 60)] * 3)
    share = next(one for one in heard if one.said).share
    assert share is not None
    assert share.usual < 0.26
    assert share.deviations > 2


def test_numbers_of_the_sentence_can_be_stored():
    _, heard = hear(*[Counts(60, 50, 60, 60)] * 3)
    kind, judgement = next(one for one in heard if one.said).said[0]
    numbers = json.loads(json.dumps(arithmetic(kind, judgement)))
    assert numbers["code"] == "volume.past_days"
    assert (numbers["hour"], numbers["usual_hour"]) == (judgement.counts[2], 48)
    assert numbers["step"] == "new"
    assert numbers["swell"] > numbers["swell_limit"]


def test_numbers_without_a_baseline_say_so():
    judgement = BrandDetector(FIRST).advance(Counts(3, 0, 0, 3)).volume
    assert arithmetic(Kind.VOLUME, judgement)["code"] == "volume.learning"
    assert "usual_hour" not in arithmetic(Kind.VOLUME, judgement)
