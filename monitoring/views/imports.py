"""Giving a file to be imported, looking at what it seems to be, watching how far it is, and taking it back."""

from __future__ import annotations

from functools import partial
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from common.pages import attempt, confirm, press, typed
from monitoring import actions
from monitoring.forms import CancelForm, MoveForm, UploadForm
from monitoring.importing.preview import Preview
from monitoring.models import ImportRun, ImportState
from monitoring.preview_form import PreviewForm
from people.access import SignedInRequest, requires
from people.models import Brand

PER_PAGE = 25
SIGHTINGS_SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: SignedInRequest) -> HttpResponse:
    if request.method == "POST" and not request.user.has_perm("monitoring.import"):
        raise PermissionDenied
    form = UploadForm(typed(request), request.FILES or None)
    sent = attempt(request, form, partial(actions.queue_upload, actor=request.user), then=lambda run: run)
    if sent.answer:
        return sent.answer
    runs = Paginator(ImportRun.objects.select_related("by", "brand"), PER_PAGE)
    context = {
        "form": form,
        "may_import": request.user.has_perm("monitoring.import"),
        "page_obj": runs.get_page(request.GET.get("page")),
    }
    return render(request, "monitoring/imports.html", context, status=sent.status)


@require_safe
@vary_on_headers("HX-Request")
def import_run(request: SignedInRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(ImportRun.objects.select_related("by", "brand", "undone_by"), pk=pk)
    may_import = request.user.has_perm("monitoring.import")
    if request.headers.get("HX-Request"):
        answer = render(request, "monitoring/_import_progress.html", {"run": run, "may_import": may_import})
        if not run.is_waiting_for_worker:
            answer["HX-Refresh"] = "true"  # what comes next is another page: the preview, or the end
        return answer
    context: dict[str, Any] = {"run": run, "may_import": may_import}
    if run.state == ImportState.PREVIEW:
        context |= {
            "preview": Preview.of_json(run.preview),
            "form": PreviewForm(run=run) if may_import else None,
        }
    elif not run.is_waiting_for_worker:
        context |= _what_became_of(run)
    return render(request, "monitoring/import.html", context)


def _what_became_of(run: ImportRun) -> dict[str, Any]:
    sightings = run.sightings.select_related("mention__run", "mention__brand").order_by("line")
    return {
        "sightings": list(sightings[:SIGHTINGS_SHOWN]),
        "attached": run.mentions.attached().count(),
        "signals": list(run.signals.select_related("brand").order_by("-heard_at")[:SIGHTINGS_SHOWN]),
    }


@require_POST
@requires("monitoring.import")
def preview(request: SignedInRequest, pk: int) -> HttpResponse:
    """Answer what the preview asks; import when nothing is said that it does not show yet."""
    looked_at = ImportRun.objects.exclude(preview={})
    run = get_object_or_404(looked_at.select_related("by", "brand"), pk=pk)
    form = PreviewForm(request.POST, run=run)

    def act(answers: dict[str, Any], brand: Brand | None) -> ImportRun:
        if request.POST.get("do") == "import" and not form.has_changed():
            return actions.accept_preview(run=run, actor=request.user)
        return actions.answer_import(run=run, actor=request.user, answers=answers, brand=brand)

    sent = attempt(request, form, act, then=run)
    if sent.answer:
        return sent.answer
    context = {"run": run, "may_import": True, "preview": form.preview, "form": form}
    return render(request, "monitoring/import.html", context, status=sent.status)


@requires("monitoring.import")
@require_http_methods(["GET", "POST"])
def cancel_import(request: SignedInRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(ImportRun, pk=pk)
    return confirm(
        request,
        partial(actions.cancel_import, run=run, actor=request.user),
        title=_("Stop this import?"),
        label=_("Stop"),
        back=run,
        form=CancelForm(typed(request), run=run),
    )


@requires("monitoring.import")
@require_http_methods(["GET", "POST"])
def undo_import(request: SignedInRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(ImportRun, pk=pk)
    attached = run.mentions.attached().count()
    consequences = [_("%(n)d mentions are removed.") % {"n": run.mentions.count() - attached}]
    if attached:
        consequences.append(_("%(n)d are attached to an incident and stay.") % {"n": attached})
    return confirm(
        request,
        partial(actions.undo_import, run=run, actor=request.user),
        title=_("Undo this import?"),
        label=_("Undo the import"),
        consequences=consequences,
        tone="danger",
        back=run,
    )


@requires("monitoring.import")
@require_http_methods(["GET", "POST"])
def move_import(request: SignedInRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(ImportRun, pk=pk)
    return confirm(
        request,
        partial(actions.move_import, run=run, actor=request.user),
        title=_("Move this import to another brand?"),
        label=_("Move"),
        consequences=[_("What an incident has, or another import brought too, stays where it is.")],
        back=run,
        form=MoveForm(typed(request)),
        done=_("Moved."),
    )


@require_safe
@requires("monitoring.import")
def listed_rows(request: SignedInRequest, pk: int, which: str) -> HttpResponse:
    """The rows that were rejected, or repaired, for whoever may mend and import them again."""
    run = get_object_or_404(ImportRun, pk=pk)
    path = run.rejects_path if which == "rejected" else run.repairs_path
    if not path.exists():
        raise Http404
    file = FileResponse(
        path.open("rb"),
        as_attachment=True,
        filename=f"{which}-{run.pk}.csv",
        content_type="text/csv; charset=utf-8",
    )
    return cast(HttpResponse, file)


@require_POST
@requires("monitoring.import")
def retry_import(request: SignedInRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(ImportRun, pk=pk)
    return press(request, partial(actions.retry_import, run=run, actor=request.user), then=run)
