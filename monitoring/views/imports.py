"""Giving a file to be imported, and watching how far it is."""

from __future__ import annotations

from functools import partial
from typing import cast

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from common.pages import attempt, press, typed
from monitoring import actions
from monitoring.forms import UploadForm
from monitoring.importing.columns import NAMES
from monitoring.models import ImportRun
from people.access import SignedInRequest, requires

PER_PAGE = 25


@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: SignedInRequest) -> HttpResponse:
    if request.method == "POST":
        _require_importer(request)
    form = UploadForm(typed(request), request.FILES or None)
    sent = attempt(request, form, partial(actions.queue_upload, actor=request.user), then=lambda run: run)
    if sent.answer:
        return sent.answer
    runs = Paginator(ImportRun.objects.select_related("by", "brand"), PER_PAGE)
    context = {
        "form": form,
        "may_import": request.user.has_perm("monitoring.import"),
        "page_obj": runs.get_page(request.GET.get("page")),
        "columns": list(NAMES),
    }
    return render(request, "monitoring/imports.html", context, status=sent.status)


@require_safe
@vary_on_headers("HX-Request")
def import_run(request: SignedInRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(ImportRun.objects.select_related("by", "brand"), pk=pk)
    template = (
        "monitoring/_import_progress.html" if request.headers.get("HX-Request") else "monitoring/import.html"
    )
    return render(request, template, {"run": run, "may_import": request.user.has_perm("monitoring.import")})


@require_safe
@requires("monitoring.import")
def rejected_rows(request: SignedInRequest, pk: int) -> HttpResponse:
    """The rows that were not stored, for whoever may mend and import them again."""
    run = get_object_or_404(ImportRun, pk=pk)
    if not run.rows_rejected or not run.rejects_path.exists():
        raise Http404
    file = FileResponse(
        run.rejects_path.open("rb"),
        as_attachment=True,
        filename=f"rejected-{run.pk}.csv",
        content_type="text/csv; charset=utf-8",
    )
    return cast(HttpResponse, file)


@require_POST
@requires("monitoring.import")
def retry_import(request: SignedInRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(ImportRun, pk=pk)
    return press(request, partial(actions.retry_import, run=run, actor=request.user), then=run)


def _require_importer(request: SignedInRequest) -> None:
    if not request.user.has_perm("monitoring.import"):
        raise PermissionDenied
