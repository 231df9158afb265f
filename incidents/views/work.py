"""Tasks, stakeholders and the responsible department."""

from __future__ import annotations

from collections.abc import Callable

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from common.http import attempt
from incidents import actions
from incidents.access import incident_or_404
from incidents.forms import DepartmentForm, ReasonForm, SettleForm, StakeholderForm, TaskForm, TellForm
from incidents.models import Incident, StakeholderNotice, Task
from people.access import SignedInRequest, needs


def _form_page(
    request: SignedInRequest,
    incident: Incident,
    form: Form,
    title: str,
    anchor: str,
    action: Callable[[], object],
) -> HttpResponse:
    """A small form with one button; back to its place in the room when the action went through."""
    if request.method == "POST" and form.is_valid() and attempt(request, action, _("Saved.")) is not None:
        return redirect(f"{incident.get_absolute_url()}#{anchor}")
    return render(request, "incidents/small_form.html", {"incident": incident, "form": form, "title": title})


@needs("people.work")
def add_task(request: SignedInRequest, pk: int) -> HttpResponse:
    incident = incident_or_404(request, pk)
    form = TaskForm(request.POST or None)
    return _form_page(
        request,
        incident,
        form,
        _("Add a task"),
        "tasks",
        lambda: actions.add_task(incident=incident, actor=request.user, **form.cleaned_data),
    )


@needs("people.work")
def settle_task(request: SignedInRequest, pk: int) -> HttpResponse:
    visible = Incident.objects.visible_to(request.user)
    task = get_object_or_404(Task.objects.filter(incident__in=visible).select_related("incident"), pk=pk)
    form = SettleForm(request.POST or None, initial={"state": "done"})
    return _form_page(
        request,
        task.incident,
        form,
        task.text,
        "tasks",
        lambda: actions.settle_task(task=task, actor=request.user, **form.cleaned_data),
    )


@needs("people.work")
def add_stakeholder(request: SignedInRequest, pk: int) -> HttpResponse:
    incident = incident_or_404(request, pk)
    form = StakeholderForm(request.POST or None)
    return _form_page(
        request,
        incident,
        form,
        _("Add somebody who must be told"),
        "stakeholders",
        lambda: actions.add_stakeholder(incident=incident, actor=request.user, **form.cleaned_data),
    )


def _notice_or_404(request: SignedInRequest, pk: int) -> StakeholderNotice:
    visible = Incident.objects.visible_to(request.user)
    rows = StakeholderNotice.objects.filter(incident__in=visible).select_related("incident")
    return get_object_or_404(rows, pk=pk)


@needs("people.work")
def tell(request: SignedInRequest, pk: int) -> HttpResponse:
    notice = _notice_or_404(request, pk)
    form = TellForm(request.POST or None)
    return _form_page(
        request,
        notice.incident,
        form,
        _("%(name)s: told now") % {"name": notice.name},
        "stakeholders",
        lambda: actions.tell_stakeholder(notice=notice, actor=request.user, **form.cleaned_data),
    )


@needs("people.work")
def skip(request: SignedInRequest, pk: int) -> HttpResponse:
    notice = _notice_or_404(request, pk)
    form = ReasonForm(request.POST or None)
    return _form_page(
        request,
        notice.incident,
        form,
        _("%(name)s: does not have to be told") % {"name": notice.name},
        "stakeholders",
        lambda: actions.skip_stakeholder(notice=notice, actor=request.user, **form.cleaned_data),
    )


@needs("people.work")
def department(request: SignedInRequest, pk: int) -> HttpResponse:
    incident = incident_or_404(request, pk)
    form = DepartmentForm(
        request.POST or None, initial={"department": incident.department, "reply": incident.department_reply}
    )
    return _form_page(
        request,
        incident,
        form,
        _("Notify the responsible department"),
        "stakeholders",
        lambda: actions.notify_department(incident=incident, actor=request.user, **form.cleaned_data),
    )
