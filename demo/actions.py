"""What a person does in one go on a page that asks for several actions, or that shows what a file cannot know."""

from __future__ import annotations

from collections import deque
from datetime import date, datetime, time, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from demo.conversation import Post, as_csv
from incidents import actions as incidents
from incidents.models import Incident
from monitoring.actions import accept_preview, queue_upload
from monitoring.importing.run import carry_on
from people.models import CrisisRole, DutyShift, User
from readiness import actions as readiness
from responses import actions as responses
from responses.content import Content
from responses.models import Account, Audience, Claim, Response


def build_team(*, incident: Incident, actor: User, team: dict[str, list[User]]) -> None:
    """Ask the holder of each role, and the deputy after them."""
    for role, holders in team.items():
        for person, is_deputy in zip(holders, (False, True), strict=False):
            incidents.assign_role(incident=incident, actor=actor, role=role, user=person, is_deputy=is_deputy)


def accept_roles(*, incident: Incident) -> None:
    """Everybody who was asked accepts."""
    for assignment in incident.role_assignments.active().filter(accepted_at=None).order_by("pk"):
        incidents.accept_role(assignment=assignment, actor=assignment.user)


def draft(
    *,
    incident: Incident,
    actor: User,
    kind: str,
    title: str,
    texts: dict[str, str],
    audience: str = Audience.PUBLIC,
    next_update_by: datetime | None = None,
    no_update_reason: str = "",
    citations: dict[Claim, str] | None = None,
) -> Response:
    """Write a response. `texts` are by platform; several platforms that get the same text share one, "x, site"."""
    accounts = dict(Account.objects.filter(brand=incident.brand).values_list("platform", "pk"))
    content = Content(
        texts={accounts[name]: text for names, text in texts.items() for name in names.split(", ")},
        audience=audience,
        next_update_by=next_update_by,
        no_update_reason=no_update_reason,
        citations={claim.pk: stance for claim, stance in (citations or {}).items()},
    )
    return responses.start_response(incident=incident, actor=actor, kind=kind, title=title, content=content)


def posts_of(response: Response) -> list[responses.Post]:
    """Where the approved words stand once they are published: on every account that they were written for."""
    slug, now = response.incident.brand.slug, timezone.now()
    return [
        responses.Post(
            account=item["account"],
            url=f"https://{item['platform']}.example/{slug}/{response.pk}",
            published_at=now,
        )
        for item in (response.current.renditions if response.current else [])
    ]


def import_posts(*, actor: User, conversation: deque[Post]) -> None:
    """Import what was posted since the last import, as its preview shows it; it leaves the conversation."""
    now, new = timezone.now(), []
    while conversation and conversation[0]["created_at"] < now.isoformat(timespec="seconds"):
        new.append(conversation.popleft())
    file = SimpleUploadedFile(f"listening-{now:%Y-%m-%d-%H%M}.csv", as_csv(new))
    run = queue_upload(actor=actor, upload=file, brand=None)
    carry_on(run.pk)
    run.refresh_from_db()
    accept_preview(run=run, actor=actor)
    carry_on(run.pk)


def plan_rotation(*, actor: User, role: str, members: list[User], starts_on: date) -> None:
    """They take turns week by week, from Monday 06:00 UTC."""
    readiness.save_rotation(
        actor=actor,
        role=role,
        name=f"{CrisisRole(role).label}, week by week",
        members=members,
        turn_length=1,
        turn_unit="weeks",
        hand_over_weekday=0,
        hand_over_at=time(6),
        time_zone="UTC",
        starts_on=starts_on,
        hours_from=None,
        hours_until=None,
    )


def leave_open(*, actor: User, role: str, taker: User, starts_at: datetime, hours: int) -> None:
    """`taker` would have covered these hours and cannot: they are nobody's."""
    shift = DutyShift.objects.covering(starts_at).select_related("user").get(role=role)
    covered = readiness.give_duty(
        actor=actor,
        role=role,
        giver=shift.user,
        taker=taker,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=hours),
    )
    readiness.remove_shift(actor=actor, shift=covered)


def offer_swap(*, actor: User, role: str, taker: User, message: str) -> None:
    """Offer one's next turn in that role."""
    shifts = actor.duty_shifts.filter(role=role, starts_at__gt=timezone.now())
    readiness.offer_swap(actor=actor, shift=shifts.earliest("starts_at"), taker=taker, message=message)
