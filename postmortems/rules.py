"""Who may do what with a post-mortem, and from which state it, its lessons and its actions may move to which."""

from __future__ import annotations

import rules
from django.utils.translation import gettext_lazy as _

from common.transitions import LifeCycle
from incidents.models import Incident
from people.models import SiteRole, User
from people.rules import can_approve, can_read, can_work
from postmortems.models import (
    CorrectiveAction,
    CorrectiveActionState,
    LessonState,
    PostMortem,
    PostMortemState,
)

POST_MORTEM_LIFE = LifeCycle(
    {
        PostMortemState.DRAFT: {PostMortemState.IN_REVIEW},
        PostMortemState.IN_REVIEW: {PostMortemState.DRAFT, PostMortemState.APPROVED},
        # An incident that is reopened takes the approval of its review with it.
        PostMortemState.APPROVED: {PostMortemState.CLOSED, PostMortemState.DRAFT},
        PostMortemState.CLOSED: {PostMortemState.DRAFT},
    },
    _("This post-mortem is “%(now)s” and cannot become “%(then)s”. Reload the page to see what changed."),
)
CORRECTIVE_ACTION_LIFE = LifeCycle(
    {
        CorrectiveActionState.PROPOSED: {CorrectiveActionState.ACCEPTED, CorrectiveActionState.CANCELLED},
        # A new owner has accepted nothing yet: for them it is only proposed.
        CorrectiveActionState.ACCEPTED: {
            CorrectiveActionState.IN_PROGRESS,
            CorrectiveActionState.CANCELLED,
            CorrectiveActionState.PROPOSED,
        },
        CorrectiveActionState.IN_PROGRESS: {
            CorrectiveActionState.DONE,
            CorrectiveActionState.CANCELLED,
            CorrectiveActionState.PROPOSED,
        },
        # A verifier who finds it undone sends it back.
        CorrectiveActionState.DONE: {
            CorrectiveActionState.VERIFIED,
            CorrectiveActionState.IN_PROGRESS,
            CorrectiveActionState.CANCELLED,
        },
        CorrectiveActionState.VERIFIED: set(),
        CorrectiveActionState.CANCELLED: set(),
    },
    _(
        "This corrective action is “%(now)s” and cannot become “%(then)s”. Reload the page to see what changed."
    ),
)
LESSON_LIFE = LifeCycle(
    {
        LessonState.IDENTIFIED: {LessonState.IMPLEMENTED},
        LessonState.IMPLEMENTED: {LessonState.LEARNED},
        LessonState.LEARNED: set(),
    },
    _("This lesson is “%(now)s” already."),
)


@rules.predicate
def sees(user: User, subject: PostMortem | None) -> bool:
    return subject is None or Incident.objects.visible_to(user).filter(pk=subject.incident_id).exists()


@rules.predicate
def is_independent(user: User, subject: PostMortem | None) -> bool:
    """Neither the author nor anybody who ever wrote in it."""
    if subject is None:
        return True
    return user.pk != subject.author_id and user.pk not in {writer.pk for writer in subject.writers.all()}


@rules.predicate
def owns(user: User, action: CorrectiveAction) -> bool:
    return user.pk == action.owner_id


@rules.predicate
def may_verify(user: User, action: CorrectiveAction) -> bool:
    """The verifier that was named, else anybody who works here; never the owner."""
    if user.pk == action.owner_id:
        return False
    return user.pk == action.verifier_id if action.verifier_id else can_work(user)


def may_take_on(user: User, action: CorrectiveAction) -> bool:
    """Acknowledge a corrective action that is late: its owner, and whoever works on its incident."""
    return user.has_perm("postmortems.carry_out", action) or user.has_perm(
        "postmortems.write", action.post_mortem
    )


@rules.predicate
def sees_corrective_action(user: User, action: CorrectiveAction) -> bool:
    return sees(user, action.post_mortem)


rules.add_perm("postmortems.see", can_read & sees)
rules.add_perm("postmortems.write", can_work & sees)
# The role alone; the action tells those who wrote in it apart from somebody without the role.
rules.add_perm("postmortems.review", can_approve & sees)
rules.add_perm("postmortems.approve", can_approve & sees & is_independent)
# Being named is the permission: an owner or verifier may be a head of department who only reads otherwise.
rules.add_perm("postmortems.carry_out", can_read & sees_corrective_action & owns)
rules.add_perm("postmortems.verify", can_read & sees_corrective_action & may_verify)


def people_who_see(incident: Incident) -> list[User]:
    """Everybody who may be given a part in this post-mortem, by name."""
    people = User.objects.filter(is_active=True)
    if incident.confidential:
        holders = incident.role_assignments.active().values("user")
        people = people.filter(pk__in=holders) | people.filter(pk__in=incident.members.values("pk"))
        people = people | User.objects.filter(is_active=True, pk=incident.logged_by_id)
    return list(people.distinct().order_by("name"))


def reviewers(post_mortem: PostMortem) -> list[User]:
    """Approvers who may decide about this post-mortem."""
    return [
        person
        for person in people_who_see(post_mortem.incident)
        if person.site_role == SiteRole.APPROVER and is_independent(person, post_mortem)
    ]
