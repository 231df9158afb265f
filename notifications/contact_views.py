"""Where the reader wants to be reached. Everybody sees and changes only their own."""

from __future__ import annotations

from functools import partial

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.http import attempt
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
    form = channel.form(request.POST or None, initial={"urgencies": default_urgencies()})
    if request.method == "POST" and form.is_valid():
        wanted = {name: form.cleaned_data[name] for name in ("name", "config", "urgencies")}
        contact = attempt(request, partial(contact_points.add, actor=request.user, kind=kind, **wanted))
        if contact:
            return _with_code(request, contact)
    context = {"form": form, "label": channel.label}
    return render(request, "notifications/contact_form.html", context)


@require_http_methods(["GET", "POST"])
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    contact = _mine_or_404(request, pk)
    form_class = LoginEmailForm if contact.is_login else contact.channel.form
    form = form_class(
        request.POST or None,
        before=contact.config if contact.is_readable else None,
        initial={"name": contact.name, "urgencies": contact.urgencies},
    )
    if request.method == "POST" and form.is_valid():
        wanted = {name: form.cleaned_data[name] for name in ("name", "config", "urgencies")}
        changed = attempt(
            request,
            partial(contact_points.change, actor=request.user, contact=contact, **wanted),
            _("Saved."),
        )
        if changed and not changed.verified_at and not changed.is_login:
            return _with_code(request, changed)
        return redirect("notifications:contacts")
    context = {"form": form, "label": contact.channel.label, "contact": contact}
    return render(request, "notifications/contact_form.html", context)


def _with_code(request: SignedInRequest, contact: ContactPoint) -> HttpResponse:
    """Send a code and ask for it; where it cannot be sent, back to what was entered."""
    sent = attempt(
        request, partial(_send_code, request, contact), _("A test message with a code is on its way.")
    )
    return redirect("notifications:confirm" if sent else "notifications:edit_contact", contact.pk)


def _send_code(request: SignedInRequest, contact: ContactPoint) -> bool:
    contact_points.send_code(actor=request.user, contact=contact)
    return True


@require_POST
def send_code(request: SignedInRequest, pk: int) -> HttpResponse:
    contact = _mine_or_404(request, pk)
    attempt(request, partial(_send_code, request, contact), _("A test message with a code is on its way."))
    return redirect("notifications:confirm", contact.pk)


@require_http_methods(["GET", "POST"])
def confirm(request: SignedInRequest, pk: int) -> HttpResponse:
    contact = _mine_or_404(request, pk)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def verify() -> bool:
            contact_points.confirm(actor=request.user, contact=contact, code=form.cleaned_data["code"])
            return True

        if attempt(request, verify, _("Verified. Alerts reach you here from now on.")):
            return redirect("notifications:contacts")
        return redirect("notifications:confirm", contact.pk)
    return render(request, "notifications/contact_confirm.html", {"form": form, "contact": contact})


@require_http_methods(["GET", "POST"])
def remove(request: SignedInRequest, pk: int) -> HttpResponse:
    contact = _mine_or_404(request, pk)
    if request.method == "POST":
        attempt(
            request,
            partial(contact_points.remove, actor=request.user, contact=contact),
            "" if contact.is_login else _("The contact point is removed."),
        )
        return redirect("notifications:contacts")
    context = {
        "confirm_title": _("Remove this contact point?"),
        "confirm_text": f"{contact}: {contact.where}" if contact.where else str(contact),
        "consequences": [_("Nothing is sent there any more, and its secrets are forgotten.")],
        "confirm_label": _("Remove it"),
        "confirm_tone": "danger",
        "cancel_url": reverse("notifications:contacts"),
    }
    return render(request, "_confirm.html", context)


@require_http_methods(["GET", "POST"])
def hours(request: SignedInRequest) -> HttpResponse:
    mine = Hours.objects.filter(person=request.user).first() or Hours(person=request.user)
    names = HoursForm.base_fields
    form = HoursForm(request.POST or None, initial={name: getattr(mine, name) for name in names})
    if request.method == "POST" and form.is_valid():
        attempt(
            request, partial(contact_points.set_hours, actor=request.user, **form.cleaned_data), _("Saved.")
        )
        return redirect("notifications:contacts")
    return render(request, "notifications/hours.html", {"form": form})
