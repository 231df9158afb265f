"""Dates: cells of every shape, and what a whole column shows. `dates.txt` has a cell and what it is on each line."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitoring.importing.meaning.moments import (
    Moment,
    Moments,
    MomentSurvey,
    is_half_of_day,
    zone_key,
)
from monitoring.importing.meaning.moments.moments import MAX_SHAPES, _readings

DATES = [
    tuple(line.rsplit(" | ", 1))
    for line in (Path(__file__).parent / "dates.txt").read_text(encoding="utf-8").splitlines()
]
FILE_TIME = datetime(2025, 3, 20, 12, tzinfo=UTC)
IN_UTC = Moments(UTC, True, FILE_TIME)


def survey(
    *cells: str | tuple[str, str], file_time: datetime = datetime(2026, 1, 1, tzinfo=UTC)
) -> MomentSurvey:
    found = MomentSurvey(file_time)
    for cell in cells:
        found.add(*(cell if isinstance(cell, tuple) else (cell,)))
    return found


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(("cell", "expected"), DATES)
def test_cell_becomes_the_moment_or_day_that_it_says(cell, expected):
    if expected == "!":
        with pytest.raises(ValueError, match=r"\.$"):
            IN_UTC.parse(cell)
        return
    found = IN_UTC.parse(cell)
    assert found.day_only == ("T" not in expected)
    if found.day_only:
        assert found.at == utc(expected)  # its midnight in UTC
    else:
        assert found.at == datetime.fromisoformat(expected)


def test_list_of_dates_is_long_enough_to_mean_something():
    assert len(DATES) > 200


# The order of day and month


def test_slashes_and_dots_of_one_column_are_decided_apart():
    found = survey("08/21/2025 10:00", "03.04.2025", "03/04/2025", "21.08.2024")
    assert found.day_first is False
    assert not found.must_ask_order
    moments = found.moments(UTC)
    assert moments.parse("03/04/2025").at == utc("2025-03-04")
    assert moments.parse("03.04.2025").at == utc("2025-04-03")


def test_undecidable_order_is_asked_and_refused_until_it_is_answered():
    found = survey("03/04/2025", "05/06/2025 10:00")
    assert found.day_first is None
    assert found.must_ask_order
    with pytest.raises(ValueError, match="day or the month"):
        found.moments(UTC).parse("03/04/2025")
    assert found.moments(UTC, day_first=True).parse("03/04/2025").at == utc("2025-04-03")
    assert found.moments(UTC, day_first=False).parse("03/04/2025").at == utc("2025-03-04")


def test_dots_begin_with_the_day_unless_proved_or_said_otherwise():
    found = survey("03.04.2025", "05.06.2025")
    assert not found.must_ask_order
    assert found.moments(UTC).parse("03.04.2025").at == utc("2025-04-03")
    assert found.moments(UTC, day_first=False).parse("03.04.2025").at == utc("2025-03-04")
    assert survey("03.04.2025", "07.19.2025").day_first is False


def test_cells_that_prove_both_orders_are_a_conflict_where_others_stay_open():
    assert survey("13/04/2025", "04/13/2025", "04/05/2025").day_first == "conflict"
    assert not survey("13/04/2025", "04/13/2025").must_ask_order
    assert survey("13/13/2025", "04/05/2025").day_first is None  # no proof: there is no such day


def test_dates_without_the_question_need_no_answer():
    assert not survey("2025-03-04", "4 March 2025", "04/04/2025").must_ask_order


def test_future_is_a_hint_for_the_question_and_no_answer():
    found = survey("03/04/2026", "03/05/2026", file_time=datetime(2026, 3, 6, tzinfo=UTC))
    assert found.day_first is None
    assert found.likely_day_first is False


def test_two_digit_years_may_come_first():
    found = survey("25/05/14 10:00", "25/05/29 11:00", "24/11/30 09:00")
    assert found.moments(UTC).parse("25/05/14 10:00").at == utc("2025-05-14T10:00")
    assert found.range() == (utc("2024-11-30T09:00"), utc("2025-05-29T11:00"))
    assert survey("14/05/25", "29/05/25").moments(UTC).parse("14/05/25").at == utc("2025-05-14")


# Zones


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2025-03-30 02:30", "2025-03-30T01:30"),  # never came: an hour later, as RFC 5545 says
        ("30.03.2025 02:30", "2025-03-30T01:30"),
        ("2025-10-26 02:30", "2025-10-26T00:30"),  # came twice: the first
        ("26.10.2025 02:30", "2025-10-26T00:30"),
        ("26.10.2025 01:30", "2025-10-25T23:30"),
        ("2025-07-01 02:30", "2025-07-01T00:30"),
    ],
)
def test_times_that_daylight_saving_leaves_out_or_repeats(cell, expected):
    found = Moments(ZoneInfo("Europe/Berlin"), True, FILE_TIME).parse(cell)
    assert found == Moment(utc(expected), False, False)


def test_zone_of_the_cell_wins_over_the_chosen_one():
    found = Moments(ZoneInfo("Asia/Tokyo"), True, FILE_TIME).parse("2025-03-04 10:00 CET")
    assert found == Moment(utc("2025-03-04T09:00"), False, True)


def test_abbreviation_of_several_zones_is_asked():
    found = survey("2025-03-04 10:00 IST")
    assert found.unclear_zones == ["IST"]
    with pytest.raises(ValueError, match="several zones"):
        found.moments(UTC).parse("2025-03-04 10:00 IST")
    for zone, expected in (("Asia/Kolkata", "2025-03-04T04:30"), ("Asia/Jerusalem", "2025-03-04T08:00")):
        assert found.moments(ZoneInfo(zone)).parse("2025-03-04 10:00 IST").at == utc(expected)


def test_abbreviation_is_clear_beside_another_of_its_country():
    found = survey("2025-01-04 10:00 CST", "2025-07-04 10:00 CDT")
    assert not found.unclear_zones
    assert found.moments(ZoneInfo("Asia/Shanghai")).parse("2025-01-04 10:00 CST").at == utc(
        "2025-01-04T16:00"
    )


def test_cells_without_a_zone_are_counted():
    found = survey("2025-01-04 10:00", "2025-01-04T10:00Z", "2025-01-04", "1730000001")
    assert (found.without_zone, found.with_zone) == (1, 2)


# Days, midnights, two columns


@pytest.mark.parametrize("zone", ["UTC", "Europe/Istanbul", "America/New_York"])
def test_day_stays_that_day_in_every_zone(zone):
    assert Moments(ZoneInfo(zone), True, FILE_TIME).parse("4 March 2025") == Moment(
        utc("2025-03-04"), True, False
    )


def test_column_of_midnights_knows_only_the_days():
    found = survey(*[f"2025-03-0{day}T00:00:00" for day in range(1, 6)])
    assert found.all_midnights
    assert found.days_only
    assert found.moments(ZoneInfo("Asia/Tokyo")).parse("2025-03-01T00:00:00") == Moment(
        utc("2025-03-01"), True, False
    )
    mixed = survey("2025-03-01T00:00:00", "2025-03-02T10:00:00", "2025-03-03T00:00:00")
    assert not mixed.days_only


@pytest.mark.parametrize(
    ("day", "hour", "expected"),
    [
        ("2025-03-04", "09:15", "2025-03-04T09:15"),
        ("2025-03-04", "7:05 PM", "2025-03-04T19:05"),
        ("4 Mart 2025", "12:00 AM", "2025-03-04T00:00"),
        ("04.03.2025", "23:59:59", "2025-03-04T23:59:59"),
        ("2025-03-04T00:00:00", "1899-12-30T09:15:00", "2025-03-04T09:15"),  # two cells of a workbook
        ("45720", "0.34375", "2025-03-04T08:15"),
        ("2025-03-04", "下午3:05", "2025-03-04T15:05"),
        ("2025-03-04", "09:15 EST", "2025-03-04T14:15"),
        ("2025-03-04", "14.30", "2025-03-04T14:30"),
        ("2025-03-04", "14h30", "2025-03-04T14:30"),
        ("2025-03-04 10:00", "09:15", "2025-03-04T10:00"),  # the date has a time of its own
    ],
)
def test_date_and_time_in_two_columns(day, hour, expected):
    assert survey((day, hour)).moments(UTC).parse(day, hour) == Moment(utc(expected), False, "EST" in hour)


def test_empty_time_leaves_the_day_and_an_odd_one_is_refused():
    assert IN_UTC.parse("2025-03-04", " ").day_only
    for odd in ("soon", "99:99", "12"):
        with pytest.raises(ValueError, match=r"\.$"):
            IN_UTC.parse("2025-03-04", odd)


def test_serials_are_dates_only_where_the_whole_column_is():
    found = survey("45719.34375", "45720", "45721.5")
    assert found.serials
    assert found.moments(UTC).parse("45719.34375").at == utc("2025-03-03T08:15")
    assert found.moments(UTC).parse("45720") == Moment(utc("2025-03-04"), True, False)
    mixed = survey("45719", "2025-03-04", "2025-03-05")
    assert mixed.share == pytest.approx(2 / 3)
    with pytest.raises(ValueError, match="not understood"):
        mixed.moments(UTC).parse("45719")


def test_survey_of_no_dates_names_examples():
    found = survey("ok", "12", "", "Radio 3")
    assert found.share == 0
    assert list(found.examples) == ["ok", "12", "Radio 3"]
    with pytest.raises(LookupError):
        found.range()


def test_relative_days_are_those_of_the_persons_zone():
    late = datetime(2025, 3, 20, 22, 30, tzinfo=UTC)  # the 21st in Istanbul
    moments = Moments(ZoneInfo("Europe/Istanbul"), True, late)
    assert moments.parse("dün 14:30").at == utc("2025-03-20T11:30")
    assert moments.parse("yesterday") == Moment(utc("2025-03-20"), True, False)
    assert moments.parse("3 hours ago").at == late - timedelta(hours=3)
    assert survey("3 hours ago", "2025-03-04").relative == 1


# Odd input and speed


@pytest.mark.parametrize(
    "cell",
    ["9" * 100_000, "1 " * 50_000, "(" * 10_000, "4 March 2025 " * 5_000, "\x00", "\ud800", "99999999999999",
    "9999-99-99",
     "99999999999 years ago", "99999999999 days ago", "0000-01-01", "00/00/0000", "2025-03-04 10:00 +99:99",
     "1 Jan 99999"],
)  # fmt: skip
def test_odd_cells_are_refused_in_a_short_sentence(cell):
    with pytest.raises(ValueError, match=r"^[^\n]{5,120}\.$"):
        IN_UTC.parse(cell)


def test_memory_for_shapes_is_bounded():
    for number in range(MAX_SHAPES + 10):
        with pytest.raises(ValueError, match=r"\."):
            IN_UTC.parse("".join(chr(0x3B1 + int(digit)) for digit in str(number)))
    assert len(_readings) <= MAX_SHAPES


def test_repeated_shapes_are_fast():
    cells = [
        f"{day:02}/0{month}/2025 0{hour}:15 PM"
        for day in range(1, 28)
        for month in range(1, 9)
        for hour in range(9)
    ]
    began = time.process_time()
    for cell in cells:
        IN_UTC.parse(cell)
    assert len(cells) / (time.process_time() - began) > 50_000  # measured: 350,000


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("Mar 2025", "names a month and no day"),
        ("2025年3月", "names a month and no day"),
        ("1.74E+09", "before a spreadsheet rounded it"),
        ("1446/09/12 10:00", "another calendar"),
        ("114-03-01", "another calendar"),
        ("soon", "not understood"),
    ],
)
def test_what_is_no_date_is_refused_with_the_reason(cell, reason):
    with pytest.raises(ValueError, match=reason):
        IN_UTC.parse(cell)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("UTC+05:30", "Asia/Kolkata"),
        ("GMT+0545", "Asia/Kathmandu"),
        ("-0930", "Pacific/Marquesas"),
        ("UTC+3", "Etc/GMT-3"),
        ("+03:30", ""),  # in Teheran with summer time until 2022
        ("IST", ""),  # of India, Ireland or Israel
    ],
)
def test_zone_of_a_name_is_one_only_if_it_is_always_so_far_from_utc(name, expected):
    assert zone_key(name) == expected


def test_half_of_the_day_is_a_cell_of_its_own():
    assert all(map(is_half_of_day, ("PM", "a.m.", " pm ", "ÖS", "下午")))
    assert not any(map(is_half_of_day, ("", "PM 1:00", "1:00 PM", "spam", "Pam")))
