"""How often early warning was right, and the sensitivity that is proposed from it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from monitoring import actions
from monitoring.models import Listening, Sensitivity, Signal
from monitoring.precision import precision_of, proposal_of
from tests.factories import BrandFactory
from tests.monitoring.signals import decided, make_signal, raise_live

pytestmark = pytest.mark.django_db


def known(brand):
    return precision_of(Signal.objects.filter(brand=brand))


def test_a_signal_keeps_the_sensitivity_it_was_raised_with(brand, alice):
    actions.change_sensitivity(brand=brand, actor=alice, sensitivity="high")
    signal = raise_live(brand)
    actions.change_sensitivity(brand=brand, actor=alice, sensitivity="low")
    signal.refresh_from_db()
    assert signal.sensitivity == "high"


def test_decisions_are_counted_by_kind_and_sensitivity(brand, alice):
    decided(brand, alice, taken_up=1, dismissed=("joke",), kind="volume")
    decided(brand, alice, taken_up=2, dismissed=("noise", "joke", "noise"), sensitivity="high")
    make_signal(brand)  # about which nobody has decided
    complaints, volume = known(brand)
    assert (complaints.kind, complaints.sensitivity) == ("complaints", "high")
    assert (complaints.taken_up, complaints.decided) == (2, 5)
    assert complaints.reasons == [(2, "Noise: nothing unusual"), (1, "Joke or meme")]
    assert (volume.kind, volume.sensitivity, volume.taken_up, volume.decided) == ("volume", "normal", 1, 2)


def test_other_brands_do_not_count(brand, alice):
    decided(BrandFactory(name="Heron Foods", slug="heron-foods"), alice, taken_up=3)
    assert known(brand) == []


@pytest.mark.parametrize(("taken_up", "percent"), [(3, None), (4, 80)])
def test_there_is_no_percentage_of_fewer_than_five(brand, alice, taken_up, percent):
    decided(brand, alice, taken_up=taken_up, dismissed=("joke",))
    assert known(brand)[0].percent == percent


def test_the_page_says_numbers_with_their_base(client, brand, alice, erin):
    decided(brand, alice, taken_up=2, dismissed=("joke",))
    client.force_login(erin)
    page = client.get(reverse("monitoring:early_warning")).content.decode()
    assert "2 of 3 taken up" in page
    assert "1 × Joke or meme" in page
    assert "%)" not in page
    decided(brand, alice, taken_up=2, dismissed=("noise", "noise"))
    assert "4 of 7 taken up" in client.get(reverse("monitoring:early_warning")).content.decode()
    assert "(57 %)" in client.get(reverse("monitoring:early_warning")).content.decode()


def proposed(brand, sensitivity="normal"):
    proposal = proposal_of(Sensitivity(sensitivity), known(brand))
    return proposal and proposal.sensitivity


@pytest.mark.parametrize(
    ("taken_up", "dismissed", "expected"),
    [
        (6, 14, "low"),  # under a third
        (7, 14, None),  # a third
        (16, 4, None),  # four fifths
        (17, 4, "high"),
        (0, 19, None),  # too few
    ],
)
def test_a_sensitivity_is_proposed_after_twenty_decisions(brand, alice, taken_up, dismissed, expected):
    decided(brand, alice, taken_up=taken_up, dismissed=("noise",) * dismissed)
    assert proposed(brand) == expected


def test_nothing_lies_beyond_low_and_high(brand, alice):
    decided(brand, alice, dismissed=("noise",) * 20, sensitivity="low")
    decided(brand, alice, taken_up=20, sensitivity="high")
    assert proposed(brand, "low") is None
    assert proposed(brand, "high") is None


def test_signals_of_another_sensitivity_propose_nothing(brand, alice):
    decided(brand, alice, dismissed=("noise",) * 20, sensitivity="high")
    assert proposed(brand, "normal") is None
    assert proposed(brand, "high") == "normal"


def test_the_proposal_gives_its_reason_and_changes_nothing(client, brand, alice):
    decided(brand, alice, taken_up=2, dismissed=("noise",) * 20)
    client.force_login(alice)
    page = client.get(reverse("monitoring:sensitivity", args=[brand.pk])).content.decode()
    assert "Proposed: Low" in page
    assert "2 of 22 decided signals were taken up" in page
    assert "proposed: Low" in client.get(reverse("monitoring:early_warning")).content.decode()
    assert not Listening.objects.exclude(sensitivity="normal").exists()
