"""Stored counts, judged as they became known."""

from __future__ import annotations

from monitoring.detection.brand import BrandDetector, Kind
from monitoring.detection.counting import Counts, Row
from monitoring.detection.detector import Sensitivity
from monitoring.detection.replay import episodes, replay, scan
from monitoring.detection.slots import DAY, HOUR
from tests.monitoring.detection.streams import FIRST, even

NOW = FIRST + 8 * DAY
USUAL = [Row(FIRST + n, Counts(voices or 0)) for n, voices in enumerate(even(12))]


def crisis(start: int, slots: int, *, late: int = 0, voices: int = 40) -> list[Row]:
    """As the collector brought it: nothing at first, where it was late."""
    return [Row(slot, Counts(voices), slot + late) for slot in range(start, start + slots)]


def without(start: int, slots: int) -> list[Row]:
    return [row for row in USUAL if not start <= row.slot < start + slots]


def heard(rows: list[Row], last: int) -> list[tuple[int, int, str]]:
    """When it was said, of which slot, what."""
    return [
        (known - NOW, one.slot - NOW, str(judgement.step))
        for known, one in replay(rows, FIRST, last, BrandDetector(FIRST))
        for _, judgement in one.said
    ]


def test_scan_finds_the_episodes_of_a_period():
    rows = [*without(NOW, 6), *crisis(NOW, 6), *crisis(NOW + 3 * DAY, 6)]
    rows = [row for row in rows if not (NOW + 3 * DAY <= row.slot < NOW + 3 * DAY + 6 and row.known is None)]
    found = scan(rows, NOW - DAY, FIRST + 12 * DAY - 1)
    assert [episode.start for episode in found] == [NOW, NOW + 3 * DAY]
    assert found[0].kinds == [Kind.VOLUME]
    assert [episode.start for episode in scan(rows, NOW + DAY, FIRST + 12 * DAY - 1)] == [NOW + 3 * DAY]


def test_scan_without_rows_finds_nothing():
    assert scan([], NOW, NOW + DAY) == []


def test_scan_follows_the_sensitivity():
    rows = [*without(NOW, HOUR), *crisis(NOW, HOUR, voices=7)]
    few = scan(rows, NOW, NOW + DAY, Sensitivity.LOW)
    many = scan(rows, NOW, NOW + DAY, Sensitivity.HIGH)
    assert (len(few), len(many)) == (0, 1)


def test_unknown_slots_are_no_quiet_ones():
    """Nothing is said when a day comes back to what it always was after half a day without collecting."""
    outage = range(NOW - 2 * DAY, NOW - 2 * DAY + 6 * HOUR)
    rows = [row for row in USUAL if row.slot not in outage]
    assert scan(rows, FIRST, NOW + DAY, unknown=outage) == []


def test_late_posts_are_said_when_they_are_known():
    rows = [*without(NOW, 6), *crisis(NOW, 6, late=8 * HOUR)]
    said = heard(rows, NOW + DAY)
    assert said[0] == (8 * HOUR, 0, "new")


def test_late_posts_of_an_episode_that_was_said_are_not_said_again():
    rows = [*without(NOW, HOUR), *crisis(NOW, HOUR), Row(NOW + 1, Counts(41), NOW + 3 * HOUR)]
    assert heard(rows, NOW + DAY) == heard([row for row in rows if row.known != NOW + 3 * HOUR], NOW + DAY)


def test_posts_that_come_after_a_day_are_filed_and_not_judged():
    rows = [*without(NOW, 6), *crisis(NOW, 6, late=2 * DAY)]
    assert heard(rows, NOW + 3 * DAY) == []


def test_signals_within_twelve_hours_are_one_episode():
    rows = [*without(NOW, 9 * HOUR), *crisis(NOW, 3), *crisis(NOW + 8 * HOUR, 3, voices=90)]
    found = episodes(replay(rows, FIRST, NOW + DAY, BrandDetector(FIRST)))
    assert len(found) == 1
    assert found[0].end >= NOW + 8 * HOUR
    assert found[0].alerts == 1 + sum(str(judgement.step) == "doubled" for _, judgement in found[0].said)
