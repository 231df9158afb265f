"""Dates and counts as CLDR writes them in many locales: an oracle that knows nothing of our word lists."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from babel.dates import format_datetime, format_timedelta
from babel.numbers import format_compact_decimal, format_decimal

from monitoring.importing.meaning.counts import parse_count
from monitoring.importing.meaning.moments import Moments, MomentSurvey

MAIN = ["en", "tr", "pl", "zh", "zh_Hant", "ru", "de", "fr", "es", "pt", "it", "nl", "uk", "ja", "ko"]
MORE = [
    "en_GB",
    "de_AT",
    "fr_CA",
    "es_MX",
    "pt_PT",
    "sv",
    "da",
    "nb",
    "fi",
    "cs",
    "sk",
    "hu",
    "ro",
    "el",
    "id",
    "ar",
]
NOW = datetime(2025, 12, 20, 12, tzinfo=UTC)
FIRST = datetime(2020, 1, 3, 4, 5, 6, tzinfo=UTC)
MOMENTS = [FIRST + timedelta(days=53 * step, minutes=367 * step) for step in range(40)]
UNITS = {"minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800}


@pytest.mark.parametrize("form", ["short", "medium", "long", "full"])
@pytest.mark.parametrize("locale", MAIN + MORE)
def test_column_of_dates_in_any_locale_is_read_right(locale, form):
    cells = [format_datetime(moment, form, tzinfo=UTC, locale=locale) for moment in MOMENTS]
    survey = MomentSurvey(NOW)
    for cell in cells:
        survey.add(cell)
    moments = survey.moments(UTC)
    without_seconds = form == "short"
    for cell, moment in zip(cells, MOMENTS, strict=True):
        assert moments.parse(cell).at == (moment.replace(second=0) if without_seconds else moment), cell


@pytest.mark.parametrize("locale", MAIN)
def test_relative_date_in_a_main_locale_is_read_right(locale):
    moments = Moments(UTC, True, NOW)
    for unit, seconds in UNITS.items():
        for number in (1, 2, 3):
            past = -timedelta(seconds=seconds * number)
            cell = format_timedelta(past, granularity=unit, threshold=99, add_direction=True, locale=locale)
            found = moments.parse(cell)
            assert found.at == NOW + past or (found.day_only and found.at.date() == (NOW + past).date()), cell


@pytest.mark.parametrize("locale", MAIN + MORE)
def test_whole_number_in_any_locale_is_read_right(locale):
    for number in (7, 120, 1204, 15_000, 1_234_567):
        assert parse_count(format_decimal(number, locale=locale)) == number


@pytest.mark.parametrize("locale", MAIN + MORE)
def test_short_number_in_any_locale_is_right_or_unknown(locale):
    for number in (1_204, 15_000, 120_400, 1_250_000, 320_000_000):
        cell = format_compact_decimal(number, locale=locale, fraction_digits=1)
        try:
            assert parse_count(cell) == pytest.approx(number, rel=0.05), cell
        except ValueError:
            assert locale not in set(MAIN) - {"tr"}  # "1,2 B" is not clear
