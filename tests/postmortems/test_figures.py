"""The figures, computed by hand beside each assertion."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from incidents.models import StakeholderNotice
from postmortems.figures import Facts, Hour, Known, compute, duration, thaw
from postmortems.record import curve, gather, hours_open, timeline
from tests.factories import mentions, unsaved_mention

pytestmark = pytest.mark.calendar

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def minutes(n: float) -> datetime:
    return NOON + timedelta(minutes=n)


def figures(**facts):
    return {figure.code: figure for figure in compute(Facts(detected_at=NOON, **facts))}


def test_times_are_minutes_between_the_recorded_moments():
    found = figures(first_post_at=minutes(-37), acknowledged_at=minutes(4), first_published_at=minutes(125))
    assert [found[code].value for code in ("ttd", "tta", "ttfr")] == [37, 4, 125]
    assert [found[code].shown for code in ("ttd", "tta", "ttfr")] == ["37 min", "4 min", "2 h 05 min"]


def test_what_did_not_happen_is_unknown_and_says_why():
    found = figures()
    assert {
        code: (found[code].value, str(found[code].note)) for code in ("ttd", "tta", "ttfr", "approval")
    } == {
        "ttd": (None, "the time of the first post is not recorded"),
        "tta": (None, "nobody acknowledged it"),
        "ttfr": (None, "nothing was published"),
        "approval": (None, "no text was approved"),
    }
    assert str(figures(silence_was_decided=True)["ttfr"].note) == "we decided not to respond"


def test_times_in_the_wrong_order_are_not_negative():
    assert figures(first_published_at=minutes(-5))["ttfr"].value is None


def test_approval_time_is_the_median():
    approvals = [(minutes(0), minutes(9)), (minutes(10), minutes(12)), (minutes(20), minutes(50))]
    assert figures(approvals=approvals)["approval"].value == 9  # of 9, 2 and 30
    assert figures(approvals=approvals[:2])["approval"].value == 5.5  # between 9 and 2


@pytest.mark.parametrize(
    ("code", "part", "whole"),
    [
        ("response_rate", "answered", "actionable"),
        ("claims_settled", "claims_settled", "claims"),
        ("stakeholders", "stakeholders_on_time", "stakeholders_due"),
    ],
)
def test_shares_are_percent_and_unknown_without_a_denominator(code, part, whole):
    assert figures(**{part: 3, whole: 4})[code].value == 75
    assert figures(**{part: 0, whole: 4})[code].value == 0
    empty = figures(**{part: 0, whole: 0})[code]
    assert (empty.value, empty.shown, bool(str(empty.note))) == (None, None, True)


def test_the_lowest_hour_needs_enough_rated_posts():
    hours = [
        Hour(NOON, positive=0, neutral=0, negative=9),  # −100, but nine posts say little
        Hour(minutes(60), positive=2, neutral=3, negative=15),  # (2 − 15) / 20 = −65
        Hour(minutes(120), positive=10, neutral=10, negative=0),
    ]
    found = figures(hours=hours, sentiment_before=12.4, sentiment_after=-8.0, resolved_at=minutes(600))
    assert found["sentiment_lowest"].value == -65
    assert [found[f"sentiment_{when}"].shown for when in ("before", "lowest", "after")] == [
        "+12",
        "−65",
        "−8",
    ]
    assert figures(hours=hours[:1])["sentiment_lowest"].value is None


def test_a_day_that_is_not_over_says_so():
    found = figures(sentiment_after=-8.0, resolved_at=minutes(600), after_is_partial=True)["sentiment_after"]
    assert (found.shown, str(found.note)) == ("−8", "so far; the 24 hours are not over")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.5, "30 s"),
        (0.999, "1 min"),
        (59, "59 min"),
        (60, "1 h 00 min"),
        (2879, "47 h 59 min"),
        (4560, "3 d 4 h"),
    ],
)
def test_durations_in_words(value, words):
    assert duration(value) == words


def test_frozen_figures_come_back_in_the_readers_language():
    frozen = [figure.frozen() for figure in compute(Facts(detected_at=NOON, acknowledged_at=minutes(3)))]
    with translation.override("en"):
        assert thaw(frozen)[1].shown == "3 min"
        assert str(thaw(frozen)[1].label) == "Time to acknowledge"


# From the record


@pytest.fixture
def busy(post_mortem, brand):
    """An incident with three stakeholders and a day of mentions."""
    incident = post_mortem.incident
    incident.first_post_at = incident.detected_at - timedelta(hours=2)
    incident.resolved_at = incident.detected_at + timedelta(hours=10)
    incident.save()
    incident.stakeholder_notices.all().delete()
    due = incident.detected_at + timedelta(hours=1)
    for number, at in enumerate((due - timedelta(minutes=1), due + timedelta(minutes=1), None)):
        StakeholderNotice.objects.create(
            incident=incident, group="2_staff", name=f"Group {number}", due_at=due, notified_at=at
        )
    StakeholderNotice.objects.create(incident=incident, group="6_media", name="Not due")
    StakeholderNotice.objects.create(
        incident=incident, group="6_media", name="Skipped", due_at=due, skipped_reason="None harmed"
    )
    return incident


@pytest.mark.django_db
def test_stakeholders_count_by_their_deadline(busy):
    facts = gather(busy)
    assert (facts.stakeholders_on_time, facts.stakeholders_due) == (1, 3)


@pytest.mark.django_db
def test_sentiment_before_during_and_after_is_about_others(busy, brand):
    onset, end = busy.first_post_at, busy.resolved_at
    rows = [
        unsaved_mention(brand, onset - timedelta(days=1), sentiment="positive" if n < 3 else "negative")
        for n in range(4)
    ]
    rows += [unsaved_mention(brand, onset + timedelta(minutes=1), sentiment="negative") for n in range(10)]
    rows += [unsaved_mention(brand, end + timedelta(hours=1), sentiment="neutral") for n in range(4)]
    rows += [unsaved_mention(brand, end + timedelta(hours=1), sentiment="positive")]
    # None of these counts: the brand's own, unrated, before the week, after the day.
    rows += [
        unsaved_mention(brand, onset - timedelta(days=1), sentiment="negative", is_brand_own=True),
        unsaved_mention(brand, onset - timedelta(days=1), sentiment=""),
        unsaved_mention(brand, onset - timedelta(days=8), sentiment="negative"),
        unsaved_mention(brand, end + timedelta(hours=25), sentiment="negative"),
    ]
    mentions(rows)
    facts = gather(busy)
    assert facts.sentiment_before == 50  # (3 − 1) / 4
    assert facts.sentiment_after == 20  # (1 − 0) / 5
    assert [(hour.negative, hour.rated) for hour in facts.hours] == [(10, 10)]
    assert hours_open(busy, onset)[0].net == -100


@pytest.mark.django_db
def test_estimates_count_for_nothing_and_are_said_beside_the_figure(busy, brand):
    before = busy.first_post_at - timedelta(days=1)
    mentions(
        unsaved_mention(brand, before, **fields)
        for fields in (
            {"sentiment": "positive"},
            *[{"sentiment": "", "estimate": "negative"}] * 3,
            {"sentiment": "", "estimate": "unknown"},
            {"sentiment": ""},
        )
    )
    facts = gather(busy)
    assert (facts.sentiment_before, facts.known_before) == (100, Known(given=1, estimated=3, unknown=2))
    shown = {figure.code: figure for figure in compute(facts)}
    note = "sentiment given for 1 of 6 posts, estimated for 3, unknown for 2"
    assert (shown["sentiment_before"].note, shown["sentiment_before"].shown) == (note, "+100")
    assert shown["sentiment_after"].note == "no rated posts in that time"


@pytest.mark.django_db
def test_where_all_is_estimated_there_is_no_figure(busy, brand):
    mentions(
        unsaved_mention(brand, busy.first_post_at - timedelta(days=1), sentiment="", estimate="negative")
        for _n in range(20)
    )
    assert gather(busy).sentiment_before is None


@pytest.mark.django_db
def test_gathering_takes_a_fixed_number_of_queries(busy, django_assert_max_num_queries):
    with django_assert_max_num_queries(10):
        gather(busy)


@pytest.mark.django_db
def test_the_curve_needs_posts(busy, brand):
    assert curve(busy) is None
    mentions([unsaved_mention(brand, busy.first_post_at + timedelta(minutes=1), sentiment="negative")])
    assert curve(busy).onset is not None


@pytest.mark.django_db
def test_the_timeline_is_the_incidents_not_that_of_looking_back(post_mortem):
    kinds = [entry.kind for entry in timeline(post_mortem.incident)]
    assert kinds[0] == "incident.logged"
    assert not any(kind.startswith("postmortem.") for kind in kinds)
