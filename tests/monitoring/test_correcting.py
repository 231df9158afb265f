"""One click corrects a post: what it changes, who may, and how it is taken back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from common.errors import ActionRefused, Invalid, NotAllowed
from journal.models import Entry
from monitoring import actions
from monitoring.importing.run import carry_on
from monitoring.models import Mention, SentimentCorrection, VoiceCount
from tests.factories import BrandFactory, mention
from tests.monitoring.conftest import row
from tests.races import at_once

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 8, 12, tzinfo=UTC)
MENTIONS = "monitoring:mentions"


@pytest.fixture
def guessed(brand):
    return mention(brand, NOW, text="Thank you for nothing", sentiment="", estimate="not_negative")


def sentiment_of(one):
    return Mention.objects.values_list("sentiment", "sentiment_source").get(pk=one.pk)


def counts(brand):
    return VoiceCount.objects.values_list("complaints", "rated").get(brand=brand)


@pytest.mark.parametrize(
    ("label", "sentiment", "counted"), [("negative", "negative", (1, 1)), ("not_negative", "neutral", (0, 1))]
)
def test_a_correction_counts_as_given(guessed, brand, alice, label, sentiment, counted):
    assert counts(brand) == (0, 0)
    correction = actions.correct(mention=guessed, actor=alice, label=label)
    assert sentiment_of(guessed) == (sentiment, "corrected")
    assert (correction.by, correction.sentiment_before, correction.source_before) == (alice, "", "")
    assert counts(brand) == counted
    entry = Entry.objects.get(kind="sentiment.corrected")
    assert (entry.actor, entry.data["label"], entry.data["mention"]) == (alice, label, guessed.pk)


def test_saying_the_same_twice_changes_nothing(guessed, alice, bob):
    first = actions.correct(mention=guessed, actor=alice, label="negative")
    assert actions.correct(mention=guessed, actor=bob, label="negative") == first
    assert Entry.objects.filter(kind="sentiment.corrected").count() == 1


def test_a_second_opinion_replaces_the_first_and_keeps_what_the_source_said(brand, alice, bob):
    given = mention(brand, NOW, sentiment="positive", sentiment_source="Tool")
    actions.correct(mention=given, actor=alice, label="negative")
    second = actions.correct(mention=given, actor=bob, label="not_negative")
    first = SentimentCorrection.objects.exclude(pk=second.pk).get()
    assert (first.taken_back_by, second.sentiment_before, second.source_before) == (bob, "positive", "Tool")
    actions.take_back_correction(mention=given, actor=alice)
    assert sentiment_of(given) == ("positive", "Tool")


def test_taking_back_lets_stand_what_stood_before(guessed, brand, alice):
    actions.correct(mention=guessed, actor=alice, label="negative")
    actions.take_back_correction(mention=guessed, actor=alice)
    assert (sentiment_of(guessed), counts(brand)) == (("", ""), (0, 0))
    assert not SentimentCorrection.objects.current().exists()
    assert Entry.objects.filter(kind="sentiment.correction_taken_back").count() == 1
    with pytest.raises(ActionRefused):
        actions.take_back_correction(mention=guessed, actor=alice)


def test_readers_correct_nothing(guessed, alice, erin):
    with pytest.raises(NotAllowed):
        actions.correct(mention=guessed, actor=erin, label="negative")
    actions.correct(mention=guessed, actor=alice, label="negative")
    with pytest.raises(NotAllowed):
        actions.take_back_correction(mention=guessed, actor=erin)
    assert sentiment_of(guessed) == ("negative", "corrected")


@pytest.mark.parametrize("label", ["unknown", "positive", ""])
def test_nothing_but_negative_and_not_negative_can_be_said(guessed, alice, label):
    with pytest.raises(Invalid):
        actions.correct(mention=guessed, actor=alice, label=label)
    assert sentiment_of(guessed) == ("", "")


@pytest.mark.django_db(transaction=True)
def test_two_at_once_leave_one_correction_that_stands(guessed, alice, bob):
    deeds = [
        lambda who=who, label=label: actions.correct(mention=guessed, actor=who, label=label)
        for who, label in ((alice, "negative"), (bob, "not_negative"), (alice, "negative"))
    ]
    assert at_once(*deeds) == [None] * 3
    current = SentimentCorrection.objects.current().get()
    expected = {"negative": "negative", "not_negative": "neutral"}[current.label]
    assert sentiment_of(guessed) == (expected, "corrected")


# Imports --------------------------------------------------------------------------------------------------------------


def test_an_import_does_not_overrule_a_person(run_import, alice, brand):
    run_import([row(1, sentiment="")])
    actions.correct(mention=Mention.objects.get(), actor=alice, label="negative")
    run_import([row(1, sentiment="positive")])
    assert sentiment_of(Mention.objects.get()) == ("negative", "corrected")


def test_undoing_an_import_takes_its_corrections_along(run_import, alice, brand):
    run = run_import([row(1), row(2)])
    actions.correct(mention=Mention.objects.first(), actor=alice, label="negative")
    actions.undo_import(run=run, actor=alice)
    carry_on(run.pk)
    assert not Mention.objects.exists()
    assert not SentimentCorrection.objects.exists()


def test_a_correction_moves_with_its_mention_and_ends_where_the_other_brand_has_the_post(
    run_import, alice, brand
):
    heron = BrandFactory(name="Heron Rail", slug="heron-rail")
    run = run_import([row(1), row(2)])
    first, second = Mention.objects.order_by("line")
    Mention.objects.create(brand=heron, post=second.post, posted_at=second.posted_at, person=second.person)
    for one in (first, second):
        actions.correct(mention=one, actor=alice, label="negative")
    actions.move_import(run=run, actor=alice, brand=heron)
    assert [one.mention for one in SentimentCorrection.objects.all()] == [first]
    assert sentiment_of(first) == ("negative", "corrected")


def test_a_post_that_is_gone_is_refused(guessed, alice):
    Mention.objects.all().delete()
    with pytest.raises(ActionRefused):
        actions.correct(mention=guessed, actor=alice, label="negative")


# The pages ------------------------------------------------------------------------------------------------------------


def click(client, name, one, **data):
    return client.post(reverse(f"monitoring:{name}", args=[one.pk]), data)


def test_the_buttons_are_for_those_who_decide(client, guessed, alice, erin):
    for person, shown in ((alice, True), (erin, False)):
        client.force_login(person)
        page = client.get(reverse(MENTIONS)).content.decode()
        assert ("mention-correct" in page) is shown
    assert click(client, "correct", guessed, label="negative").status_code == 403


def test_one_click_corrects_and_leads_back_to_the_post(client, guessed, alice):
    client.force_login(alice)
    back = f"{reverse(MENTIONS)}?period=all"
    answer = click(client, "correct", guessed, label="negative", page=back)
    assert answer["Location"] == f"{back}#mention-{guessed.pk}"
    page = client.get(back).content.decode()
    assert "Negative, corrected" in page
    assert "Estimated" not in page.partition('<ul class="mentions">')[2]
    answer = click(client, "take_back_correction", guessed, page="https://elsewhere.example/")
    assert answer["Location"] == guessed.get_absolute_url()
    assert "Estimated: not negative" in client.get(back).content.decode()


def test_a_double_click_corrects_once_and_a_stranger_needs_the_token(guessed, alice):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    page = client.get(reverse(MENTIONS))
    token = str(page.context["csrf_token"])
    for _click in range(2):
        answer = click(client, "correct", guessed, label="negative", csrfmiddlewaretoken=token)
        assert answer.status_code == 302
    assert SentimentCorrection.objects.count() == 1
    assert click(client, "correct", guessed, label="not_negative").status_code == 403


def test_signal_and_room_have_the_buttons_and_a_fixed_number_of_queries(client, alice, raised):
    client.force_login(alice)
    assert "mention-correct" in client.get(raised.get_absolute_url()).content.decode()
    incident = actions.open_incident(signal=raised, actor=alice, title="Stranded passengers")
    assert "mention-correct" in client.get(incident.get_absolute_url()).content.decode()


def test_corrections_cost_the_list_no_queries(client, brand, alice):
    client.force_login(alice)

    def queries() -> int:
        with CaptureQueriesContext(connection) as made:
            assert client.get(reverse(MENTIONS), {"period": "all"}).status_code == 200
        return len(made)

    posts = [mention(brand, NOW) for _n in range(10)]
    without = queries()
    for one in posts:
        actions.correct(mention=one, actor=alice, label="negative")
    assert queries() == without
