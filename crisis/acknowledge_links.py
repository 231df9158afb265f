"""The button “I have it” in messages about missed deadlines, and about what somebody must acknowledge."""

from __future__ import annotations

from django.contrib.contenttypes.models import ContentType
from django.utils.translation import gettext as _

from escalations.links import acknowledge_link
from escalations.models import Deadline
from incidents.clocks import ACKNOWLEDGE
from incidents.models import Incident
from journal.models import Entry
from notifications.links import Link
from people.models import User

# What calls people in: whoever reads it is asked to take the incident on, as long as nobody has.
CALLS = ("incident.logged", "incident.triaged", "incident.rescored", "incident.reopened", "incident.breached")


def offer(entry: Entry, person: User) -> Link | None:
    deadline = _deadline_of(entry)
    found = acknowledge_link(deadline, person) if deadline else None
    return Link(label=_("I have it"), url=found[0], code=found[1]) if found else None


def _deadline_of(entry: Entry) -> Deadline | None:
    """What an entry asks people to acknowledge."""
    if "deadline" in entry.data:
        return Deadline.objects.filter(pk=entry.data["deadline"]).first()
    if entry.kind not in CALLS:
        return None
    clocks = Deadline.objects.armed().filter(
        content_type=ContentType.objects.get_for_model(Incident),
        object_id=entry.data["incident"],
        purpose=ACKNOWLEDGE,
        acknowledged_at__isnull=True,
    )
    return clocks.first()
