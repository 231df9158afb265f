"""What the reader was told, and for administrators what became of every message."""

from __future__ import annotations

from functools import partial

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from common.pages import press
from notifications import actions
from notifications.forms import DeliveryFilter, InboxFilter
from notifications.models import Delivery, hidden_from, streams_about
from notifications.models.choices import OPEN
from people.access import SignedInRequest, requires

PAGE_SIZE = 50


@require_safe
def inbox(request: SignedInRequest) -> HttpResponse:
    """The sentences as they read when the reader was told: who has lost access since keeps what was said then."""
    form = InboxFilter(request.GET)
    only_unread = form.is_valid() and form.cleaned_data["show"] == "unread"
    rows = Delivery.objects.inbox(request.user)
    page = Paginator(rows.unread() if only_unread else rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(
        request, "notifications/list.html", {"page_obj": page, "filter_form": form, "filtered": only_unread}
    )


@require_safe
def bell(request: SignedInRequest) -> HttpResponse:
    """What stands in the bell of every page, for its live update."""
    return render(request, "_bell.html")


@require_POST
def open_one(request: SignedInRequest, pk: int) -> HttpResponse:
    """Mark one as read and go to what it is about."""
    delivery = get_object_or_404(Delivery.objects.inbox(request.user), pk=pk)
    actions.mark_read(user=request.user, delivery_ids=[delivery.pk])
    path = delivery.entry.path
    # The path comes from our own record, but a redirect is checked all the same: never to another host.
    if not path.startswith("/") or not url_has_allowed_host_and_scheme(path, allowed_hosts=None):
        return redirect("notifications:list")
    return redirect(path)


@require_POST
def read_one(request: SignedInRequest, pk: int) -> HttpResponse:
    delivery = get_object_or_404(Delivery.objects.inbox(request.user), pk=pk)
    actions.mark_read(user=request.user, delivery_ids=[delivery.pk])
    return redirect("notifications:list")


@require_POST
def read_all(request: SignedInRequest) -> HttpResponse:
    actions.mark_read(user=request.user)
    return redirect("notifications:list")


@require_safe
@requires("people.administer")
def deliveries(request: SignedInRequest) -> HttpResponse:
    """What became of every message, what reached nobody first. What it says only where the reader may know."""
    form = DeliveryFilter(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    rows = Delivery.objects.outside().select_related("entry__actor", "person", "contact", "bundled_into")
    for field in ("state", "channel"):
        if chosen.get(field):
            rows = rows.filter(**{field: chosen[field]})
    if words := chosen.get("q"):
        rows = rows.filter(
            Q(person__name__icontains=words)
            | Q(person__email__icontains=words)
            | Q(entry__stream__in=streams_about(words, request.user))
        )
    retries = Delivery.objects.filter(retry_of=OuterRef("pk"))
    rows = rows.lost_first().annotate(is_retried=Exists(retries)).prefetch_related("attempts")
    counts = Delivery.objects.open_counts()
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(
        request,
        "notifications/deliveries.html",
        {
            "page_obj": page,
            "hidden": hidden_from(request.user, {row.entry.stream_id for row in page}),
            "filter_form": form,
            "filtered": any(chosen.values()),
            "counts": counts,
            "waiting": sum(counts.get(state, 0) for state in OPEN),
        },
    )


@require_POST
@requires("people.administer")
def retry(request: SignedInRequest, pk: int) -> HttpResponse:
    """Send once more what was given up or is uncertain."""
    delivery = get_object_or_404(Delivery.objects.outside(), pk=pk)
    return press(
        request,
        partial(actions.retry_by_hand, actor=request.user, delivery=delivery),
        then="notifications:deliveries",
        done=_("The message is sent again."),
    )


@require_POST
@requires("people.administer")
def try_now(request: SignedInRequest, pk: int) -> HttpResponse:
    """Do not wait for the next try."""
    delivery = get_object_or_404(Delivery.objects.outside(), pk=pk)
    return press(
        request,
        partial(actions.try_now, actor=request.user, delivery=delivery),
        then="notifications:deliveries",
        done=_("The message is sent again."),
    )
