"""How a view runs an action: success and refusal become messages, a missing right becomes 403."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from common.errors import ActionRefused, NotAllowed

Result = TypeVar("Result")


def attempt(request: HttpRequest, action: Callable[[], Result], done: object = "") -> Result | None:
    """Run `action`; its result, or None when it refused and the user has been told why.

    Conflict is passed on to the caller, who has to show both versions. Raises PermissionDenied for NotAllowed.
    """
    try:
        result = action()
    except NotAllowed as refused:
        raise PermissionDenied(str(refused)) from refused
    except ActionRefused as refused:
        if hasattr(refused, "theirs"):
            raise
        messages.error(request, str(refused))
        return None
    if done:
        messages.success(request, str(done))
    return result
