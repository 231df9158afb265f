"""Stored counts, judged as they became known."""

from __future__ import annotations

from monitoring.detection.brand import BrandDetector, Kind
from monitoring.detection.counting import Counts, Row
from monitoring.detection.detector import Basis, Sensitivity
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
    bases = {
        one.slot: one.volume.basis
        for _, one in replay(rows, FIRST, NOW, BrandDetector(FIRST), unknown=outage)
        if one.volume and one.slot >= FIRST + 2 * DAY
    }
    assert {slot for slot, basis in bases.items() if basis is Basis.UNKNOWN} == set(outage)


def test_late_posts_are_said_when_they_are_known():
    rows = [*without(NOW, 6), *crisis(NOW, 6, late=8 * HOUR)]
    said = heard(rows, NOW + DAY)
    assert said[0] == (8 * HOUR, 0, "new")


def test_late_posts_of_an_episode_that_was_said_are_not_said_again():
    """Even where they show that it was four times as grave an hour before."""
    rows = [*without(NOW, HOUR), *crisis(NOW, HOUR), Row(NOW - HOUR, Counts(160), NOW + 3 * HOUR)]
    said = heard(rows, NOW + DAY)
    assert said[0] == (0, 0, "new")
    assert all(known == slot for known, slot, _ in said)


def test_rows_that_were_judged_already_change_nothing_when_they_are_given_again():
    """The older of two rows of a slot must not take the place of the newer."""
    rows = [*USUAL, Row(NOW - 5, Counts(60), NOW - 2)]
    detector = BrandDetector(FIRST)
    list(replay(rows, FIRST, NOW, detector))
    assert [known for known, _ in replay(rows, NOW + 1, NOW + 2, detector)] == [NOW + 1, NOW + 2]


def test_late_posts_may_be_the_first_ones():
    """A brand that is hardly talked about, imported every six hours: nothing is known until they are over."""
    some = [slot for slot in range(FIRST, NOW) if slot % 6 == 0]
    rows = [Row(slot, Counts(1), (slot // (6 * HOUR) + 1) * 6 * HOUR) for slot in some]
    assert heard(rows, NOW) == []


def test_posts_that_come_after_a_day_are_filed_and_not_judged():
    rows = [*without(NOW, 6), *crisis(NOW, 6, late=2 * DAY)]
    assert heard(rows, NOW + 3 * DAY) == []


def test_signals_within_twelve_hours_are_one_episode():
    rows = [*without(NOW, 9 * HOUR), *crisis(NOW, 3), *crisis(NOW + 8 * HOUR, 3, voices=90)]
    found = episodes(replay(rows, FIRST, NOW + DAY, BrandDetector(FIRST)))
    assert len(found) == 1
    assert found[0].end >= NOW + 8 * HOUR
    assert found[0].alerts == 1 + sum(str(judgement.step) == "doubled" for _, judgement in found[0].said)
