"""Where the reader wants to be reached. Everybody sees and changes only their own."""

from __future__ import annotations

from functools import partial

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common import pages
from common.pages import attempt, form_page, press, typed
from notifications import contact_points
from notifications.channels import offered
from notifications.channels.email.form import LoginEmailForm
from notifications.forms import CodeForm, HoursForm
from notifications.models import ContactPoint, Hours
from notifications.models.contact import default_urgencies
from people.access import SignedInRequest


def _mine_or_404(request: SignedInRequest, pk: int) -> ContactPoint:
    return get_object_or_404(ContactPoint.objects.current(), pk=pk, person=request.user)


@require_safe
def contacts(request: SignedInRequest) -> HttpResponse:
    mine = ContactPoint.objects.current().filter(person=request.user).order_by("pk")
    context = {
        "contacts": mine,
        "channels": offered(),
        "hours": Hours.objects.filter(person=request.user).first(),
        "is_reached": any(contact.verified_at and not contact.is_failing for contact in mine),
    }
    return render(request, "notifications/contacts.html", context)


@require_http_methods(["GET", "POST"])
def add(request: SignedInRequest, kind: str) -> HttpResponse:
    """A new contact point gets its first code at once: until it is verified, nothing goes there."""
    if not (channel := offered().get(kind)):
        raise Http404
    form = channel.form(typed(request), initial={"urgencies": default_urgencies()})
    sent = attempt(
        request,
        form,
        partial(contact_points.add, actor=request.user, kind=kind),
        then=lambda contact: reverse("notifications:confirm", args=[contact.pk]),
    )
    if sent.result:
        return _with_code(request, sent.result)
    context = {"form": form, "label": channel.label, "cancel_url": reverse("notifications:contacts")}
    return sent.answer or render(request, "notifications/contact_form.html", context, status=sent.status)


@require_http_methods(["GET", "POST"])
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    contact = _mine_or_404(request, pk)
    form_class = LoginEmailForm if contact.is_login else contact.channel.form
    form = form_class(
        typed(request),
        before=contact.config if contact.is_readable else None,
        initial={"name": contact.name, "urgencies": contact.urgencies},
    )
    sent = attempt(
        request,
        form,
        partial(contact_points.change, actor=request.user, contact=contact),
        then="notifications:contacts",
        done=_("Saved."),
    )
    if sent.result and not sent.result.verified_at and not sent.result.is_login:
        return _with_code(request, sent.result)
    context = {
        "form": form,
        "label": contact.channel.label,
        "contact": contact,
        "cancel_url": reverse("notifications:contacts"),
    }
    return sent.answer or render(request, "notifications/contact_form.html", context, status=sent.status)


def _with_code(request: SignedInRequest, contact: ContactPoint) -> HttpResponse:
    """Send a code and ask for it; where it cannot be sent, back to what was entered."""
    return press(
        request,
        partial(contact_points.send_code, actor=request.user, contact=contact),
        then=reverse("notifications:confirm", args=[contact.pk]),
        back=reverse("notifications:edit_contact", args=[contact.pk]),
        done=_("A test message with a code is on its way."),
    )


@require_POST
def send_code(request: SignedInRequest, pk: int) -> HttpResponse:
    contact = _mine_or_404(request, pk)
    return press(
        request,
        partial(contact_points.send_code, actor=request.user, contact=contact),
        then=reverse("notifications:confirm", args=[contact.pk]),
        done=_("A test message with a code is on its way."),
    )


@require_http_methods(["GET", "POST"])
def confirm(request: SignedInRequest, pk: int) -> HttpResponse:
    contact = _mine_or_404(request, pk)
    return form_page(
        request,
        "notifications/contact_confirm.html",
        CodeForm(typed(request)),
        partial(contact_points.confirm, actor=request.user, contact=contact),
        then="notifications:contacts",
        done=_("Verified. Alerts reach you here from now on."),
        contact=contact,
    )


@require_http_methods(["GET", "POST"])
def remove(request: SignedInRequest, pk: int) -> HttpResponse:
    contact = _mine_or_404(request, pk)
    return pages.confirm(
        request,
        partial(contact_points.remove, actor=request.user, contact=contact),
        title=_("Remove this contact point?"),
        text=f"{contact}: {contact.where}" if contact.where else str(contact),
        consequences=[_("Nothing is sent there any more, and its secrets are forgotten.")],
        label=_("Remove it"),
        tone="danger",
        back=reverse("notifications:contacts"),
        done=_("The contact point is removed."),
    )


@require_http_methods(["GET", "POST"])
def hours(request: SignedInRequest) -> HttpResponse:
    mine = Hours.objects.filter(person=request.user).first() or Hours(person=request.user)
    initial = {name: getattr(mine, name) for name in HoursForm.base_fields}
    return form_page(
        request,
        "notifications/hours.html",
        HoursForm(typed(request), initial=initial),
        partial(contact_points.set_hours, actor=request.user),
        then="notifications:contacts",
        done=_("Saved."),
        cancel_url=reverse("notifications:contacts"),
    )
