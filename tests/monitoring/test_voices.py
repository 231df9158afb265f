"""The five-minute counts of voices: what they count, and that they stay true whatever happens to the posts."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitoring import actions
from monitoring.detection.counting import QUARTER, counting
from monitoring.detection.slots import beginning
from monitoring.importing.run import carry_on
from monitoring.models import Mention, VoiceCount
from monitoring.voices import recount
from tests.factories import BrandFactory, mention
from tests.monitoring.conftest import row

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 8, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
EVENING = datetime(2026, 3, 8, 16, 30, tzinfo=UTC)  # conversations are cut at 18:00


def counts(brand):
    rows = VoiceCount.objects.filter(brand=brand).order_by("begins_at")
    return [(r.begins_at, r.voices, r.complaints, r.rated, r.posts) for r in rows]


def by_hand(brand):
    """The same without SQL."""
    kinds = {
        "voices": lambda one: True,
        "complaints": lambda one: one.sentiment == "negative",
        "rated": lambda one: one.sentiment,
    }
    found: dict[datetime, Counter[str]] = defaultdict(Counter)
    stored = list(Mention.objects.filter(brand=brand, is_brand_own=False).order_by("posted_at", "id"))
    for kind, is_one in kinds.items():
        posted: dict[tuple[int, int], list[int]] = defaultdict(list)
        for one in filter(is_one, stored):
            moment = int(one.posted_at.timestamp())
            posted[one.person, moment // QUARTER].append(moment)
        for moments in posted.values():
            for moment in counting(moments):
                found[beginning(datetime.fromtimestamp(moment, UTC))][kind] += 1
    for one in stored:
        found[beginning(one.posted_at)]["posts"] += 1
    return [(at, *(found[at][kind] for kind in (*kinds, "posts"))) for at in sorted(found)]


def test_a_person_is_a_voice_once_an_hour_and_again_after_an_hour_of_silence(brand):
    for minutes in (0, 3, 50, 65, 118, 200):
        mention(brand, START + minutes * MINUTE, author="somebody")
    mention(brand, START, author="another", sentiment="negative")
    assert counts(brand) == [
        (START, 2, 1, 1, 3),
        (START + 50 * MINUTE, 0, 0, 0, 1),
        (START + 65 * MINUTE, 1, 0, 0, 1),
        (START + 115 * MINUTE, 0, 0, 0, 1),
        (START + 200 * MINUTE, 1, 0, 0, 1),
    ]


def test_a_day_without_times_is_not_counted(run_import, brand):
    run_import([row(n, created_at=f"2026-03-0{n + 1}") for n in range(8)])
    assert Mention.objects.filter(brand=brand).count() == 8
    assert counts(brand) == []


def test_nobody_in_particular_is_a_person_each_and_the_brand_is_none(brand):
    for _time in range(3):
        mention(brand, START, author="")
    mention(brand, START, author="kestrel", is_brand_own=True)
    assert counts(brand) == [(START, 3, 0, 0, 3)]


def test_a_post_of_which_only_the_day_is_known_neither_counts_nor_takes_a_voice(brand):
    for before in (30 * MINUTE, 0 * MINUTE):
        mention(brand, START - before, author="somebody", day_only=True)
    assert counts(brand) == []
    mention(brand, START, author="somebody", sentiment="negative")
    assert counts(brand) == [(START, 1, 1, 1, 1)]


def test_slots_before_the_first_that_is_touched_stay(brand):
    mention(brand, START, author="ada")
    mention(brand, START, author="ben")
    mention(brand, START + 10 * MINUTE, author="ada")
    assert counts(brand) == [(START, 2, 0, 0, 2), (START + 10 * MINUTE, 0, 0, 0, 1)]


def test_nothing_that_stays_is_written_again(brand):
    mention(brand, START, author="somebody")
    assert recount(brand, START, START) == []


post = st.tuples(
    st.integers(0, 200),
    st.sampled_from(["ada", "ben", ""]),
    st.sampled_from(["", "negative", "positive"]),
    st.booleans(),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(post, min_size=1, max_size=12), st.data())
def test_however_posts_come_go_and_change_the_counts_are_those_of_a_recount(brand, posts, data):
    Mention.objects.all().delete()
    VoiceCount.objects.all().delete()
    stored = [
        mention(brand, EVENING + minutes * MINUTE, author=author, sentiment=sentiment, is_brand_own=is_own)
        for minutes, author, sentiment, is_own in posts
    ]
    assert counts(brand) == by_hand(brand)
    for one in data.draw(st.lists(st.sampled_from(stored), unique=True)):
        if data.draw(st.booleans()):
            one.delete()
        else:
            Mention.objects.filter(pk=one.pk).update(sentiment="negative")
        recount(brand, one.posted_at, one.posted_at)
        assert counts(brand) == by_hand(brand)


def test_an_import_is_counted_taken_back_and_moved(run_import, alice):
    run = run_import([row(n, sentiment="negative") for n in range(20)])
    (kestrel,) = {one.brand for one in Mention.objects.select_related("brand")}
    assert counts(kestrel) == by_hand(kestrel) != []
    other = BrandFactory(name="Heron Foods", slug="heron-foods")
    actions.move_import(run=run, actor=alice, brand=other)
    assert counts(kestrel) == []
    assert counts(other) == by_hand(other) != []
    actions.undo_import(run=run, actor=alice)
    carry_on(run.pk)
    assert not VoiceCount.objects.exists()


def test_what_a_second_file_judges_is_counted_and_taken_back_with_it(run_import, alice, brand):
    run_import([row(n, sentiment="") for n in range(20)])
    assert sum(complaints for _at, _voices, complaints, _rated, _posts in counts(brand)) == 0
    second = run_import([row(n, sentiment="negative") for n in range(20)])
    assert counts(brand) == by_hand(brand)
    assert sum(complaints for _at, _voices, complaints, _rated, _posts in counts(brand)) == 20
    actions.undo_import(run=second, actor=alice)
    carry_on(second.pk)
    assert counts(brand) == by_hand(brand)
    assert sum(complaints for _at, _voices, complaints, _rated, _posts in counts(brand)) == 0
