"""What is recorded about an incident names an audience; only those are told who may see the incident."""

from __future__ import annotations

import pytest
from django.db import transaction

from incidents import scope
from incidents.models import Incident
from notifications.models import Delivery
from postmortems.actions.locking import note as note_post_mortem
from tests.postmortems.conftest import stand_down

pytestmark = pytest.mark.django_db


def alerted(entry) -> set[int]:
    """Who finds the entry in their inbox."""
    inbox = Delivery.objects.filter(entry=entry, channel="in_app")
    assert set(inbox.values_list("person_id", flat=True)) == set(entry.audience)
    return set(entry.audience)


@transaction.atomic
def noted(incident, *people):
    return scope.note(incident, "incident.breached", None, audience=people, reason="It flares up")


def test_an_open_incident_tells_everybody_named(incident, bob, carol):
    assert alerted(noted(incident, bob, carol)) == {bob.pk, carol.pk}


def test_a_confidential_incident_tells_its_members_only(incident, bob, carol):
    incident.members.add(bob)
    Incident.objects.filter(pk=incident.pk).update(confidential=True)
    incident.refresh_from_db()
    assert alerted(noted(incident, bob, carol)) == {bob.pk}


def test_what_hangs_on_a_confidential_incident_tells_its_members_only(activated, bob, carol):
    post_mortem = stand_down(activated(2), bob)
    Incident.objects.filter(pk=post_mortem.incident_id).update(confidential=True)
    post_mortem.incident.refresh_from_db()
    with transaction.atomic():
        entry = note_post_mortem(post_mortem, "postmortem.closed", None, audience=[bob, carol])
    assert alerted(entry) == {bob.pk}  # the crisis lead; Carol has no part in it
