"""What one person has to do next, from every part of the house, the most pressing first.

Each function asks one part, for this reader alone, in a fixed number of queries however much there is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from django.db.models import Case, Exists, OuterRef, Prefetch, Q, When
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.levels import Level
from common.times import absolute
from escalations.models import Deadline, DeadlineState
from escalations.status import DeadlineStatus, statuses_of
from incidents.models import Incident, RoleAssignment, RoleState
from incidents.models.incident import ACTIVE_ROLE_STATES, IncidentQuerySet
from incidents.next_step import next_step
from incidents.templatetags.incidents import purpose_label
from monitoring.models import Priority, Signal
from people.models import CrisisRole, User
from postmortems.models import CorrectiveAction, PostMortem, PostMortemState
from postmortems.models.followup import CorrectiveActionState
from postmortems.models.postmortem import PostMortemQuerySet
from responses.listing import rows_of
from responses.models import Response, ResponseState
from responses.models.response import IN_FLIGHT_STATES

MOST_OF_A_KIND = 20
APPROVALS_LOOKED_AT = 100

Words = str | Promise

# What has no deadline is ranked as though it had this one, counted from when it began to wait.
PATIENCE = {
    "acknowledge": timedelta(minutes=5),
    "role": timedelta(minutes=10),
    "publish": timedelta(minutes=15),
    "signal": timedelta(minutes=10),  # of high priority; one of low priority waits behind those
    "history": timedelta(minutes=30),
    "changes": timedelta(hours=1),
    "lead": timedelta(hours=2),
    "calm": timedelta(days=2),  # it is over already, and has only to be ended in order
    "review": timedelta(days=3),
    "write": timedelta(days=3),
}


@dataclass(frozen=True)
class Step:
    """A button: where it leads, or what it does at once."""

    label: Words
    url: str
    is_post: bool = False


@dataclass(frozen=True)
class WorkItem:
    """One thing that waits for the reader, with the button that settles it."""

    kind: str
    icon: str
    title: Words
    url: str
    why: Words
    step: Step
    rank: datetime
    level: int | None = None
    has_level: bool = True
    due_at: datetime | None = None
    due_label: Words = ""
    since: datetime | None = None
    decline: Step | None = None
    alerted: bool = False  # an alert about it reached the reader


def work_items_of(user: User) -> list[WorkItem]:
    """Everything that waits for `user`, the most pressing first."""
    found = [*_roles(user), *_statements(user), *_looking_back(user)]
    # Who may decide on a text gets one item for it, with the button that decides.
    decides = {item.step.url: place for place, item in enumerate(found) if item.kind == "approval"}
    for item in _alerts(user):
        place = decides.get(item.url)
        if place is None:
            found.append(item)
        else:
            found[place] = replace(found[place], alerted=item.alerted)
    if user.has_perm("people.work"):
        alerted = {item.url for item in found if item.kind == "alert"}
        found += [item for item in _unacknowledged(user) if item.url not in alerted]
        listed = {item.url for item in found}
        found += [*_without_lead(user), *_led(user)]
        found += [item for item in _signals(user) if item.url not in listed]
    # What the reader was alerted about comes first, whatever else is late.
    return sorted(found, key=lambda item: (not item.alerted, item.rank, item.level or 0))


def _alerts(user: User) -> Iterator[WorkItem]:
    """Alerts that reached the reader and that nobody has acknowledged, and what the reader has acknowledged."""
    same = {name: OuterRef(name) for name in ("content_type", "object_id", "purpose")}
    reached_me = Deadline.objects.missed().filter(entry__audience__contains=[user.pk], **same)
    unsettled = Deadline.objects.unsettled().filter(
        Exists(reached_me) | Q(acknowledged_by=user, state=DeadlineState.ARMED)
    )
    for status in statuses_of(unsettled, user)[:MOST_OF_A_KIND]:
        if status.acknowledged and status.waiting and user not in status.waiting:
            continue  # where everybody must acknowledge, others are missing
        yield _alert(status, user)


def _alert(status: DeadlineStatus, user: User) -> WorkItem:
    page = reverse("escalations:deadline", args=[status.latest.pk])
    if status.acknowledged_by:
        why, step = (
            _("You have acknowledged it. If nothing follows, the alerts go on."),
            Step(_("Go on"), status.path),
        )
    else:
        if status.acknowledged and status.waiting:
            why = _("Missed. Acknowledged by %(people)s; yours is still missing.")
            people = status.acknowledged
        else:
            why = _("Missed, and nobody has acted. Alerted: %(people)s")
            people = status.alerted
        why = why % {"people": ", ".join(map(str, people))}
        step = Step(_("Acknowledge"), page, is_post=True)
        if not user.has_perm("people.work"):
            step = Step(_("Look"), page)
    return WorkItem(
        kind="acknowledged" if status.acknowledged_by else "alert",
        icon="siren",
        title=f"{status.label}: {status.incident or status.subject}",
        url=status.path,
        why=f"{status.level_name} · {why}" if status.level_name else why,
        step=step,
        rank=status.latest.counts_to,
        level=None if status.level_name else status.level,
        has_level=not status.level_name,
        due_at=status.latest.counts_to,
        due_label=_("lapses") if status.acknowledged_by else "",
        alerted=status.acknowledged_by is None,
    )


def pressing_deadlines(path: str = "deadlines") -> Prefetch:
    """Deadlines of a subject that run, or are missed and nobody has acted, under this name; the most pressing first."""
    return Prefetch(path, Deadline.objects.pressing(), to_attr="pressing_deadlines")


def _deadline(subject: Incident | PostMortem | Signal) -> Deadline | None:
    deadlines: list[Deadline] = getattr(subject, "pressing_deadlines", [])
    return deadlines[0] if deadlines else None


def _for_incident(incident: Incident, kind: str, waiting_since: datetime, **facts: object) -> WorkItem:
    deadline = _deadline(incident)
    return WorkItem(
        kind=kind,
        level=incident.level,
        due_at=deadline.counts_to if deadline else None,
        due_label=purpose_label(deadline) if deadline else "",
        rank=min([waiting_since + PATIENCE[kind], *([deadline.counts_to] if deadline else [])]),
        **facts,  # type: ignore[arg-type]
    )


def _roles(user: User) -> Iterator[WorkItem]:
    asked = (
        RoleAssignment.objects.filter(user=user, state=RoleState.ASSIGNED)
        .filter(incident__in=Incident.objects.visible_to(user).open())
        .select_related("incident", "assigned_by")
        .prefetch_related(pressing_deadlines("incident__deadlines"))
        .order_by("assigned_at")[:MOST_OF_A_KIND]
    )
    for row in asked:
        role = row.get_role_display()
        yield _for_incident(
            row.incident,
            "role",
            row.assigned_at,
            icon="hand-helping",
            title=_("Role request: %(role)s, %(title)s")
            % {
                "role": _("%(role)s (deputy)") % {"role": role} if row.is_deputy else role,
                "title": row.incident,
            },
            url=row.incident.get_absolute_url(),
            why=_("%(person)s asked you to take this role. Accept or decline.") % {"person": row.assigned_by},
            since=row.assigned_at,
            step=Step(_("Accept"), reverse("incidents:accept_role", args=[row.pk]), is_post=True),
            decline=Step(_("Decline"), reverse("incidents:decline_role", args=[row.pk])),
        )


def _unacknowledged(user: User) -> Iterator[WorkItem]:
    unseen = (
        Incident.objects.visible_to(user)
        .open()
        .filter(acknowledged_at__isnull=True)
        .select_related("brand")
        .prefetch_related(pressing_deadlines())
        .order_by("level", "detected_at")[:MOST_OF_A_KIND]
    )
    for incident in unseen:
        yield _for_incident(
            incident,
            "acknowledge",
            incident.runs_from,
            icon="siren",
            title=incident.title,
            url=incident.get_absolute_url(),
            why=_("%(brand)s · nobody has acknowledged this yet") % {"brand": incident.brand},
            since=incident.runs_from,
            step=Step(_("Acknowledge"), reverse("incidents:acknowledge", args=[incident.pk]), is_post=True),
        )


def _without_lead(user: User) -> Iterator[WorkItem]:
    """Somebody took it, and nobody leads it: at L1 and L2 that must not stay so."""
    led = RoleAssignment.objects.active().filter(role=CrisisRole.CRISIS_LEAD, incident=OuterRef("pk"))
    leaderless = (
        Incident.objects.visible_to(user)
        .open()
        .filter(acknowledged_at__isnull=False, level__lte=Level.L2)
        .exclude(Exists(led))
        .select_related("brand")
        .prefetch_related(pressing_deadlines())
        .order_by("level", "detected_at")[:MOST_OF_A_KIND]
    )
    for incident in leaderless:
        yield _for_incident(
            incident,
            "role",
            incident.acknowledged_at or incident.runs_from,
            icon="user-round-x",
            title=incident.title,
            url=incident.get_absolute_url(),
            why=_("%(brand)s · nobody leads this yet") % {"brand": incident.brand},
            step=Step(_("Name a lead"), f"{reverse('incidents:people', args=[incident.pk])}?role=CL#ask"),
        )


def mine(user: User, *roles: str) -> IncidentQuerySet:
    """Incidents not yet closed in which `user` has accepted a role (one of `roles`), with deadlines and those roles."""
    held = RoleAssignment.objects.filter(user=user, state=RoleState.ACCEPTED)
    if roles:
        held = held.filter(role__in=roles)
    return (
        Incident.objects.visible_to(user)
        .filter(pk__in=held.values("incident"))
        .exclude(state__in=["closed", "dismissed"])
        .select_related("brand")
        .prefetch_related(pressing_deadlines(), Prefetch("role_assignments", held, to_attr="my_roles"))
        .order_by("level", "detected_at")
    )


def _led(user: User) -> Iterator[WorkItem]:
    """The next step of what the reader leads; acknowledging is asked of everybody already."""
    led = mine(user, CrisisRole.CRISIS_LEAD).filter(acknowledged_at__isnull=False)
    for incident in led[:MOST_OF_A_KIND]:
        step = next_step(incident)
        if step is None:
            continue
        calm = incident.resolved_at or incident.monitoring_since
        yield _for_incident(
            incident,
            "calm" if calm else "lead",
            calm or incident.runs_from,
            icon="flag",
            title=incident.title,
            url=incident.get_absolute_url(),
            why=_("%(brand)s · you lead it, next: %(step)s") % {"brand": incident.brand, "step": step.label},
            step=Step(step.label, step.url, step.is_post),
        )


def _statements(user: User) -> Iterator[WorkItem]:
    visible = Response.objects.visible_to(user)
    if user.has_perm("people.approve"):
        in_flight = visible.filter(state__in=IN_FLIGHT_STATES).with_seal()
        rows = rows_of(in_flight.order_by("incident__level", "submitted_at")[:APPROVALS_LOOKED_AT], user)
        for row in rows:
            if row.waits_for_me:
                submitted = row.response.submitted_at or row.response.created_at
                yield _for_response(
                    row.response,
                    kind="approval",
                    icon="stamp",
                    why=_("%(person)s waits for your yes or no on these words")
                    % {"person": row.response.submitted_by},
                    since=submitted,
                    due_at=row.deadline.target_at if row.deadline else None,
                    due_label=gettext_lazy("Approval"),
                    rank=row.deadline.target_at if row.deadline else submitted,
                    step=Step(_("Read and decide"), reverse("responses:approve", args=[row.response.pk])),
                )
    asked_back = visible.filter(state=ResponseState.CHANGES_REQUESTED, author=user).select_related("incident")
    for response in asked_back.order_by("pk")[:MOST_OF_A_KIND]:
        yield _for_response(
            response,
            kind="changes",
            icon="file-pen-line",
            why=_("Changes were requested on your text"),
            rank=(response.submitted_at or response.created_at) + PATIENCE["changes"],
            step=Step(_("Edit"), reverse("responses:edit", args=[response.pk])),
        )
    yield from _to_publish(user)


def _to_publish(user: User) -> Iterator[WorkItem]:
    ready = Response.objects.visible_to(user).filter(
        state=ResponseState.APPROVED,
        incident__role_assignments__user=user,
        incident__role_assignments__state__in=ACTIVE_ROLE_STATES,
        incident__role_assignments__role__in=[CrisisRole.SOCIAL_MANAGER, CrisisRole.CRISIS_LEAD],
    )
    for response in ready.select_related("incident").order_by("approved_at").distinct()[:MOST_OF_A_KIND]:
        approved = response.approved_at or response.created_at
        yield _for_response(
            response,
            kind="publish",
            icon="send",
            why=_("Approved, and not published yet"),
            since=approved,
            rank=approved + PATIENCE["publish"],
            step=Step(_("Publish"), reverse("responses:publish", args=[response.pk])),
        )


def _for_response(response: Response, **facts: object) -> WorkItem:
    return WorkItem(
        title=f"{response.get_kind_display()}: {response.title}",
        url=response.get_absolute_url(),
        level=response.incident.level,
        **facts,  # type: ignore[arg-type]
    )


def _signals(user: User) -> Iterator[WorkItem]:
    if not user.has_perm("monitoring.decide"):
        return
    seen = Signal.objects.visible_to(user)
    waiting = (
        (seen.fresh() | seen.recent_history_of(user))
        .select_related("brand")
        .prefetch_related(pressing_deadlines())
        .order_by("is_history", Case(When(priority=Priority.HIGH, then=0), default=1), "raised_at")
    )
    last_of_high = None
    for signal in waiting[:MOST_OF_A_KIND]:
        item = _for_history(signal) if signal.is_history else _for_signal(signal)
        if signal.priority == Priority.LOW and last_of_high:
            item = replace(item, rank=max(item.rank, last_of_high))
        elif not signal.is_history:
            last_of_high = max(item.rank, last_of_high or item.rank)
        yield item


def _for_signal(signal: Signal) -> WorkItem:
    deadline = _deadline(signal)
    return WorkItem(
        kind="signal",
        icon="radar",
        title=_("Signal: %(what)s") % {"what": signal.headline},
        url=signal.get_absolute_url(),
        why=_("%(priority)s · review it: dismiss it with a reason, or open an incident")
        % {"priority": signal.get_priority_display()},
        since=signal.raised_at,
        has_level=False,
        due_at=deadline.counts_to if deadline else None,
        due_label=purpose_label(deadline) if deadline else "",
        rank=deadline.counts_to if deadline else signal.raised_at + PATIENCE["signal"],
        step=Step(_("Look"), signal.get_absolute_url()),
    )


def _for_history(signal: Signal) -> WorkItem:
    """A crisis of the last days that the person's own import has shown: over, and nobody was alerted."""
    return WorkItem(
        kind="signal",
        icon="radar",
        title=_("In your import: %(what)s") % {"what": signal.headline},
        url=signal.get_absolute_url(),
        why=_("%(priority)s · it began on %(moment)s and was over when you imported it; nobody was alerted")
        % {"priority": signal.get_priority_display(), "moment": absolute(signal.began_at)},
        since=signal.raised_at,
        has_level=False,
        rank=signal.raised_at + PATIENCE["history"],
        step=Step(_("Open an incident"), reverse("monitoring:open", args=[signal.pk])),
    )


def _looking_back(user: User) -> Iterator[WorkItem]:
    if user.has_perm("people.approve"):
        for review in _with_deadlines(PostMortem.objects.waiting_for(user)):
            why = _("Post-mortem waits for your review")
            yield _for_review(review, "review", why, _("Review"), review.submitted_at or review.created_at)
    own = PostMortem.objects.visible_to(user).filter(author=user, state=PostMortemState.DRAFT)
    for review in _with_deadlines(own):
        why = _("Your post-mortem is not finished")
        yield _for_review(review, "write", why, _("Continue writing"), review.created_at)
    waiting = CorrectiveAction.objects.waiting_for(user).select_related("post_mortem__incident")
    for action in waiting.order_by("due_on", "pk")[:MOST_OF_A_KIND]:
        yield _for_action(action)


def _with_deadlines(reviews: PostMortemQuerySet) -> PostMortemQuerySet:
    return (
        reviews.select_related("incident")
        .prefetch_related(pressing_deadlines())
        .order_by("pk")[:MOST_OF_A_KIND]
    )


def _for_review(review: PostMortem, kind: str, why: str, label: str, since: datetime) -> WorkItem:
    deadline = _deadline(review)
    due_at = deadline.counts_to if deadline else None
    return WorkItem(
        kind=kind,
        icon="book-open-check",
        title=_("Post-mortem: %(incident)s") % {"incident": review.incident},
        url=review.get_absolute_url(),
        why=why,
        level=review.incident.level,
        since=since,
        due_at=due_at,
        due_label=purpose_label(deadline) if deadline else "",
        rank=due_at or since + PATIENCE[kind],
        step=Step(label, review.get_absolute_url()),
    )


def _for_action(action: CorrectiveAction) -> WorkItem:
    verify = action.state == CorrectiveActionState.DONE
    end_of_day = timezone.make_aware(datetime.combine(action.due_on, time(23, 59))) if action.due_on else None
    return WorkItem(
        kind="action",
        icon="list-checks",
        title=action.title,
        url=reverse("postmortems:corrective_action", args=[action.pk]),
        why=(_("Done, you verify it · %(incident)s") if verify else _("Yours to do · %(incident)s"))
        % {"incident": action.post_mortem.incident},
        has_level=False,
        due_at=end_of_day,
        rank=end_of_day or action.added_at + timedelta(days=30),
        step=Step(
            _("Verify") if verify else _("Work on it"),
            reverse("postmortems:corrective_action", args=[action.pk]),
        ),
    )
