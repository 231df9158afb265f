"""Tasks, stakeholders and the responsible department."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from common.forms import Form, ReasonForm
from common.pages import form_page, typed
from incidents import actions
from incidents.fetch import incident_or_404
from incidents.forms import DepartmentForm, NotifyForm, SettleForm, StakeholderForm, TaskForm
from incidents.models import Incident, StakeholderNotice, Task
from people.access import SignedInRequest, requires


def _small_form(
    request: SignedInRequest,
    incident: Incident,
    form: Form,
    act: Callable[..., object],
    *,
    title: str,
    anchor: str,
) -> HttpResponse:
    """A small form with one button; back to its place in the room when the action went through."""
    return form_page(
        request,
        "incidents/small_form.html",
        form,
        partial(act, actor=request.user),
        then=f"{incident.get_absolute_url()}#{anchor}",
        done=_("Saved."),
        incident=incident,
        title=title,
    )


@requires("people.work")
def add_task(request: SignedInRequest, pk: int) -> HttpResponse:
    incident = incident_or_404(request, pk)
    add = partial(actions.add_task, incident=incident)
    form = TaskForm(typed(request))
    return _small_form(request, incident, form, add, title=_("Add a task"), anchor="tasks")


@requires("people.work")
def settle_task(request: SignedInRequest, pk: int) -> HttpResponse:
    visible = Incident.objects.visible_to(request.user)
    task = get_object_or_404(Task.objects.filter(incident__in=visible).select_related("incident"), pk=pk)
    form = SettleForm(typed(request), initial={"state": "done"})
    settle = partial(actions.settle_task, task=task)
    return _small_form(request, task.incident, form, settle, title=task.text, anchor="tasks")


@requires("people.work")
def add_stakeholder(request: SignedInRequest, pk: int) -> HttpResponse:
    incident = incident_or_404(request, pk)
    add = partial(actions.add_stakeholder, incident=incident)
    title = _("Add a stakeholder to be notified")
    return _small_form(
        request, incident, StakeholderForm(typed(request)), add, title=title, anchor="stakeholders"
    )


def _notice_or_404(request: SignedInRequest, pk: int) -> StakeholderNotice:
    visible = Incident.objects.visible_to(request.user)
    rows = StakeholderNotice.objects.filter(incident__in=visible).select_related("incident")
    return get_object_or_404(rows, pk=pk)


@requires("people.work")
def notify(request: SignedInRequest, pk: int) -> HttpResponse:
    notice = _notice_or_404(request, pk)
    title = _("%(name)s: notified now") % {"name": notice.name}
    act = partial(actions.notify_stakeholder, notice=notice)
    return _small_form(
        request, notice.incident, NotifyForm(typed(request)), act, title=title, anchor="stakeholders"
    )


@requires("people.work")
def skip(request: SignedInRequest, pk: int) -> HttpResponse:
    notice = _notice_or_404(request, pk)
    title = _("%(name)s: does not have to be notified") % {"name": notice.name}
    act = partial(actions.skip_stakeholder, notice=notice)
    return _small_form(
        request, notice.incident, ReasonForm(typed(request)), act, title=title, anchor="stakeholders"
    )


@requires("people.work")
def department(request: SignedInRequest, pk: int) -> HttpResponse:
    incident = incident_or_404(request, pk)
    title = _("Notify the responsible department")
    initial = {"department": incident.department, "reply": incident.department_reply}
    form = DepartmentForm(typed(request), initial=initial)
    act = partial(actions.notify_department, incident=incident)
    return _small_form(request, incident, form, act, title=title, anchor="stakeholders")
