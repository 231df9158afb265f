"""A double click logs one incident and alerts everybody once: the same form sent twice within a minute counts once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Generic, TypeVar

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from common.errors import ActionRefused
from common.models import SentForm

# Longer than a double click and a slow answer take; who sends the same from the same page later means it.
REMEMBERED_FOR = timedelta(minutes=1)

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
        if not (is_first or _is_long_ago(row)):
            return CarriedOut(None, row.led_to, is_repeat=True)
        try:
            result = act()
        except ActionRefused as refusal:
            # What a refusal leaves behind on purpose, such as a wrong try that counts, is committed with it.
            row.delete()
            refused = refusal
        else:
            row.led_to, row.at = leads_to(result), timezone.now()
            row.save(update_fields=["led_to", "at"])
            return CarriedOut(result, row.led_to)
    raise refused


def _is_long_ago(row: SentForm) -> bool:
    """If so it counts as sent now; of two who find that out at the same moment the second waits and does not."""
    long_ago = SentForm.objects.filter(pk=row.pk, at__lt=timezone.now() - REMEMBERED_FOR)
    return bool(long_ago.update(at=timezone.now()))


def _key_of(request: HttpRequest) -> str | None:
    """The same for the same form, sent by the same person from the same page; None for what no page of ours sent.

    Every page that is shown carries a CSRF token masked afresh: the same words typed into a new page are new.
    """
    if not request.POST.get("csrfmiddlewaretoken"):
        return None
    files = sorted(
        (name, file.name, _content_of(file)) for name in request.FILES for file in request.FILES.getlist(name)
    )
    sent = [request.user.pk, request.path, sorted(request.POST.lists()), files]
    return sha256(repr(sent).encode(errors="replace")).hexdigest()


def _content_of(file: UploadedFile) -> str:
    digest = sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def forget() -> None:
    """Remove what no longer counts."""
    SentForm.objects.filter(at__lt=timezone.now() - REMEMBERED_FOR).delete()
