"""What a site role lets somebody do. Apps further up combine these predicates with their own."""

import rules

from people.models import SiteRole, User


def _has_role(user: User, *roles: str) -> bool:
    # A missing or disabled identity fails closed.
    return bool(user and user.is_authenticated and user.is_active and user.site_role in roles)


@rules.predicate
def can_read(user: User) -> bool:
    return _has_role(user, *SiteRole.values)


@rules.predicate
def can_work(user: User) -> bool:
    """Communicators, approvers and administrators work in incidents; readers only read."""
    return _has_role(user, SiteRole.COMMUNICATOR, SiteRole.APPROVER, SiteRole.ADMINISTRATOR)


@rules.predicate
def can_approve(user: User) -> bool:
    return _has_role(user, SiteRole.APPROVER)


@rules.predicate
def can_administer(user: User) -> bool:
    return _has_role(user, SiteRole.ADMINISTRATOR)


rules.add_perm("people.read", can_read)
rules.add_perm("people.work", can_work)
rules.add_perm("people.approve", can_approve)
rules.add_perm("people.administer", can_administer)


def model_permissions(app_label: str, *models: str) -> None:
    """Let administrators view, add and change rows of these models in the admin site; nobody deletes there."""
    rules.set_perm(app_label, can_administer)  # the admin's index asks for the app as a whole
    for model in models:
        for verb in ("view", "add", "change"):
            rules.add_perm(f"{app_label}.{verb}_{model}", can_administer)


model_permissions("people", "user", "brand")  # the roster has a page of its own, which records and tells
