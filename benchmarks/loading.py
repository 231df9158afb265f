"""Many incidents with a running deadline at once. Written in bulk: the benchmark measures how they fire, not this."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.contenttypes.models import ContentType
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from escalations.models import Deadline, Policy
from incidents.actions.lifecycle import ACKNOWLEDGE, LEVEL_BEFORE_TRIAGE
from incidents.models import Incident
from people.models import Brand, CrisisRole, DutyShift, SiteRole, User

FAR = timedelta(days=1)


def make_people() -> None:
    """Who is alerted: two on duty, one administrator."""
    Brand.objects.get_or_create(slug="benchmark", defaults={"name": "Benchmark"})
    now = timezone.now()
    for number, role in enumerate((CrisisRole.CRISIS_LEAD, CrisisRole.COMMS_LEAD)):
        person = User.objects.create(
            email=f"person{number}@example.com", name=f"Person {number}", site_role=SiteRole.APPROVER
        )
        DutyShift.objects.create(role=role, user=person, starts_at=now - FAR, ends_at=now + FAR)
    User.objects.create(email="admin@example.com", name="Ada Admin", site_role=SiteRole.ADMINISTRATOR)


def arm_many(count: int, *, due_in: float, spread: float = 0) -> None:
    """`count` incidents whose acknowledgement is due in `due_in` seconds, evenly over `spread` seconds."""
    policy = Policy.objects.prefetch_related("steps").get(purpose=ACKNOWLEDGE, level=LEVEL_BEFORE_TRIAGE)
    now, kind = timezone.now(), ContentType.objects.get_for_model(Incident)
    incidents = Incident.objects.bulk_create(
        Incident(
            brand=Brand.objects.get(),
            title=f"Incident {number}",
            logged_by=User.objects.order_by("pk")[0],
            detected_at=now,
        )
        for number in range(count)
    )
    armed = Deadline.objects.bulk_create(
        Deadline(
            content_type=kind,
            object_id=incident.pk,
            stream=incident.stream,
            purpose=ACKNOWLEDGE,
            level=LEVEL_BEFORE_TRIAGE,
            generation=1,
            steps=policy.frozen_steps(),
            lapse_seconds=policy.lapse_seconds,
            armed_at=now,
            target_at=now,
            due_at=now + FAR,
        )
        for incident in incidents
    )
    between, first = timedelta(seconds=spread / count), armed[0].pk
    Deadline.objects.filter(pk__gte=first).update(
        target_at=Now() + timedelta(seconds=due_in) + (F("pk") - first) * between,
        due_at=Now() + timedelta(seconds=due_in) + (F("pk") - first) * between,
    )
