"""Fetching for whoever asks: 404 for what they may not see, 403 for a role too weak."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from people.access import SignedInRequest
from postmortems.models import CorrectiveAction, Lesson, PostMortem


def post_mortem_or_404(request: SignedInRequest, pk: int) -> PostMortem:
    found = PostMortem.objects.visible_to(request.user).select_related(
        "incident__brand", "author", "last_editor", "approved_by"
    )
    return get_object_or_404(found, pk=pk)


def corrective_action_or_404(request: SignedInRequest, pk: int) -> CorrectiveAction:
    found = CorrectiveAction.objects.visible_to(request.user).select_related(
        "post_mortem__incident", "owner", "verifier", "verified_by", "lesson"
    )
    return get_object_or_404(found, pk=pk)


def lesson_or_404(request: SignedInRequest, pk: int) -> Lesson:
    visible = PostMortem.objects.visible_to(request.user)
    found = Lesson.objects.filter(post_mortem__in=visible).select_related("post_mortem__incident")
    return get_object_or_404(found, pk=pk)


def require(request: SignedInRequest, permission: str, subject: Any) -> None:
    if not request.user.has_perm(permission, subject):
        raise PermissionDenied(_("Your role does not allow this."))
