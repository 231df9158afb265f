"""The same form sent twice counts once: a double click logs one incident and alerts everybody once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Generic, TypeVar

from django.db import transaction
from django.db.models.functions import Now
from django.http import HttpRequest

from common.errors import ActionRefused
from common.models import SentForm

REMEMBERED_FOR = timedelta(minutes=10)

Result = TypeVar("Result")


@dataclass(frozen=True)
class CarriedOut(Generic[Result]):
    """What the action returned (nothing is known of it for a repeat), and where it leads."""

    result: Result | None
    leads_to: str
    is_repeat: bool = False


def once(
    request: HttpRequest, act: Callable[[], Result], leads_to: Callable[[Result], str]
) -> CarriedOut[Result]:
    """Run `act`, unless the same form was carried out just now: then it leads where it has led before.

    A repeat waits until the first has committed, and comes first itself when that one was refused. Raises whatever
    `act` raises.
    """
    key = _key_of(request)
    if key is None:
        result = act()
        return CarriedOut(result, leads_to(result))
    with transaction.atomic():
        row, is_first = SentForm.objects.get_or_create(key=key)
        if not is_first:
            return CarriedOut(None, row.led_to, is_repeat=True)
        try:
            result = act()
        except ActionRefused as refusal:
            # What a refusal leaves behind on purpose, such as a wrong try that counts, is committed with it.
            row.delete()
            refused = refusal
        else:
            row.led_to = leads_to(result)
            row.save(update_fields=["led_to"])
            return CarriedOut(result, row.led_to)
    raise refused


def _key_of(request: HttpRequest) -> str | None:
    """The same for the same form, sent by the same person from the same page; None for what no page of ours sent.

    Every page that is shown carries a CSRF token masked afresh: the same words typed into a new page are new.
    """
    if not request.POST.get("csrfmiddlewaretoken"):
        return None
    files = sorted(
        (name, file.name, file.size) for name in request.FILES for file in request.FILES.getlist(name)
    )
    sent = [request.user.pk, request.path, sorted(request.POST.lists()), files]
    return sha256(repr(sent).encode(errors="replace")).hexdigest()


def forget() -> None:
    """Nobody double-clicks after so long; who then sends the same from an old page means it."""
    SentForm.objects.filter(at__lt=Now() - REMEMBERED_FOR).delete()
