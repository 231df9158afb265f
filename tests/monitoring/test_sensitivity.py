"""How sensitive early warning is to a brand: shown, tried on the stored past, and changed by those who may."""

from __future__ import annotations

import re
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.core.cache import cache
from django.urls import reverse
from redis.exceptions import ConnectionError as RedisGone

from common.errors import Invalid, NotAllowed
from journal.models import Entry
from monitoring import actions, stored_past
from monitoring.models import Listening, Sensitivity
from monitoring.stored_past import judged
from tests.factories import mention
from tests.monitoring.conftest import HOUR, SPIKE_HOUR
from tests.monitoring.signals import make_signal

pytestmark = pytest.mark.django_db
CHANGED = "listening.sensitivity_changed"


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()


@pytest.fixture
def spike(quiet_week, post):
    post(SPIKE_HOUR, 30)


def preview(client, brand, sensitivity):
    return client.get(reverse("monitoring:stored_past", args=[brand.pk, sensitivity]))


# Changing it


def test_a_change_is_journalled_with_old_and_new(brand, alice):
    actions.change_sensitivity(brand=brand, actor=alice, sensitivity="high")
    assert Listening.objects.get(brand=brand).sensitivity == "high"
    entry = Entry.objects.get(kind=CHANGED)
    assert (entry.data["sensitivity_before"], entry.data["sensitivity"]) == ("normal", "high")
    assert entry.headline == "Alice Kaya changed the sensitivity for Kestrel Air from “Normal” to “High”"


def test_what_stays_as_it_is_is_no_entry(brand, alice):
    actions.change_sensitivity(brand=brand, actor=alice, sensitivity="normal")
    assert not Entry.objects.filter(kind=CHANGED).exists()


def test_readers_change_nothing(brand, erin):
    with pytest.raises(NotAllowed):
        actions.change_sensitivity(brand=brand, actor=erin, sensitivity="high")
    assert not Listening.objects.exists()


def test_only_three_sensitivities_are_known(brand, alice):
    with pytest.raises(Invalid):
        actions.change_sensitivity(brand=brand, actor=alice, sensitivity="loud")
    assert not Listening.objects.exists()


def test_the_form_changes_it(client, brand, alice):
    client.force_login(alice)
    address = reverse("monitoring:sensitivity", args=[brand.pk])
    assert client.post(address, {"sensitivity": "loud"}).status_code == 422
    assert client.post(address, {"sensitivity": "low"}).status_code == 302
    page = client.get(address).content.decode()
    assert re.search(r'value="low"[^>]*checked|checked[^>]*value="low"', page)


# What it hears


def test_the_page_says_what_is_heard_of_each_brand(client, spike, brand, erin):
    make_signal(brand, ago=timedelta(days=2))
    make_signal(brand, ago=timedelta(days=61))
    client.force_login(erin)
    (heard,) = client.get(reverse("monitoring:early_warning")).context["heard"]
    assert (heard.newest - SPIKE_HOUR) < timedelta(minutes=2)
    assert heard.signals == 1
    assert round(heard.voices) == 27  # 6 days of 27, and 30 more
    assert (heard.has_baseline, heard.sensitivity) == (True, "normal")


def test_a_brand_without_a_past_is_judged_by_absolute_numbers(client, brand, erin):
    client.force_login(erin)
    address = reverse("monitoring:early_warning")
    assert "nothing to judge" in client.get(address).content.decode()
    mention(brand, SPIKE_HOUR)
    page = client.get(address).content.decode()
    assert "no baseline yet, judged by absolute numbers" in page
    assert reverse("monitoring:sensitivity", args=[brand.pk]) not in page


# The stored past


def test_the_stored_past_says_how_often_it_would_have_alerted(spike, brand):
    assert judged(brand, Sensitivity.NORMAL) == (1, 7)


def test_a_lower_sensitivity_never_alerts_more_often(spike, brand):
    low, normal, high = (judged(brand, one).signals for one in Sensitivity)
    assert low <= normal <= high


def test_nothing_is_judged_where_nothing_is_stored(brand):
    assert judged(brand, Sensitivity.NORMAL) is None


def test_no_more_than_sixty_days_are_judged(post, brand):
    post([SPIKE_HOUR - timedelta(days=80), SPIKE_HOUR])
    assert judged(brand, Sensitivity.NORMAL).days == 60


def test_less_than_a_day_is_a_day(post, brand):
    post(SPIKE_HOUR)
    assert judged(brand, Sensitivity.NORMAL).days == 1


def test_it_is_worked_out_once_until_a_count_changes(spike, post, brand):
    with patch.object(stored_past, "replayed", wraps=stored_past.replayed) as replayed:
        judged(brand, Sensitivity.NORMAL)
        judged(brand, Sensitivity.NORMAL)
        assert replayed.call_count == 1
        judged(brand, Sensitivity.LOW)
        assert replayed.call_count == 2
        post(SPIKE_HOUR - 3 * HOUR)  # late, in the middle of what is stored
        judged(brand, Sensitivity.NORMAL)
        assert replayed.call_count == 3


def test_it_is_worked_out_where_redis_is_gone(spike, brand):
    with (
        patch.object(stored_past.cache, "get", side_effect=RedisGone),
        patch.object(stored_past.cache, "set", side_effect=RedisGone),
    ):
        assert judged(brand, Sensitivity.NORMAL) == (1, 7)


def test_the_page_waits_for_no_judgement(client, spike, brand, alice):
    client.force_login(alice)
    with patch.object(stored_past, "replayed") as replayed:
        page = client.get(reverse("monitoring:sensitivity", args=[brand.pk])).content.decode()
    assert not replayed.called
    assert page.count('hx-trigger="load"') == 1
    assert reverse("monitoring:stored_past", args=[brand.pk, "low"]) in page


def test_each_line_asks_for_the_next_and_the_last_for_none(client, spike, brand, alice):
    client.force_login(alice)
    for this, following in (("low", "normal"), ("normal", "high"), ("high", None)):
        fragment = preview(client, brand, this).content.decode()
        assert re.search(r"would\s+have\s+alerted\s+\d", fragment)
        asked = re.findall(r'hx-get="([^"]+)"', fragment)
        assert asked == ([reverse("monitoring:stored_past", args=[brand.pk, following])] if following else [])


def test_without_javascript_a_link_judges_all_three(client, spike, brand, alice):
    client.force_login(alice)
    page = client.get(reverse("monitoring:sensitivity", args=[brand.pk]) + "?past=all").content.decode()
    assert len(re.findall(r"would\s+have\s+alerted", page)) == 3
    assert 'hx-trigger="load"' not in page


def test_an_unknown_sensitivity_or_brand_is_not_found(client, brand, alice):
    client.force_login(alice)
    assert preview(client, brand, "loud").status_code == 404
    assert client.get(reverse("monitoring:stored_past", args=[brand.pk + 1, "low"])).status_code == 404
    assert client.get(reverse("monitoring:sensitivity", args=[brand.pk + 1])).status_code == 404
