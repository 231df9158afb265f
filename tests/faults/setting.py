"""`python -m tests.faults.setting`: people and short deadlines of the installation that the fault tests damage."""

from __future__ import annotations

from datetime import timedelta

import django

django.setup()

from django.utils import timezone  # noqa: E402

from escalations.models import Policy, PolicyStep  # noqa: E402
from incidents.actions.lifecycle import ACKNOWLEDGE, LEVEL_BEFORE_TRIAGE  # noqa: E402
from people.models import CrisisRole, DutyShift, SiteRole  # noqa: E402
from tests.factories import BrandFactory, UserFactory  # noqa: E402

# The second and third step follow the target after 6 and 12 seconds: the shortest that a policy can say.
TIMES_TARGET = ("1.0", "1.1", "1.2")


def make_people() -> None:
    BrandFactory()
    UserFactory(email="alice@example.com", name="Alice Kaya")
    bob, dave = (
        UserFactory(email=f"{name.lower()}@example.com", name=name, site_role=SiteRole.APPROVER)
        for name in ("Bob", "Dave")
    )
    UserFactory(email="admin@example.com", name="Ada Admin", site_role=SiteRole.ADMINISTRATOR)
    now = timezone.now()
    for role, person in ((CrisisRole.CRISIS_LEAD, bob), (CrisisRole.COMMS_LEAD, dave)):
        DutyShift.objects.create(
            role=role, user=person, starts_at=now - timedelta(hours=1), ends_at=now + timedelta(days=2)
        )


def make_short_deadlines() -> None:
    policy = Policy.objects.get(purpose=ACKNOWLEDGE, level=LEVEL_BEFORE_TRIAGE)
    Policy.objects.filter(pk=policy.pk).update(minutes=1, lapse_minutes=60)
    policy.steps.all().delete()
    for position, times in enumerate(TIMES_TARGET):
        PolicyStep.objects.create(
            policy=policy, position=position, times_target=times, tell=["role:CL", "role:CO"]
        )


if __name__ == "__main__":
    make_people()
    make_short_deadlines()
