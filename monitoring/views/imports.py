"""Giving a file to be imported, looking at what it seems to be, watching how far it is, and taking it back."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from common.pages import attempt, confirm, press, typed
from incidents.models import Incident
from monitoring import actions
from monitoring.forms import CancelForm, MoveForm, UploadForm
from monitoring.importing import row_lists
from monitoring.importing.preview import Preview
from monitoring.models import ImportRun, ImportState, Mention
from monitoring.preview_form import PreviewForm
from people.access import SignedInRequest, requires
from people.models import Brand, User

PER_PAGE = 25
SIGHTINGS_SHOWN = 50
ROWS_SHOWN = 10  # of those that were rejected or repaired; all of them can be downloaded


@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: SignedInRequest) -> HttpResponse:
    if request.method == "POST" and not request.user.has_perm("monitoring.import"):
        raise PermissionDenied
    form = UploadForm(typed(request), request.FILES or None)
    sent = attempt(request, form, partial(actions.queue_upload, actor=request.user), then=lambda run: run)
    if sent.answer:
        return sent.answer
    runs = Paginator(ImportRun.objects.select_related("by", "brand"), PER_PAGE)
    page = runs.get_page(request.GET.get("page"))
    context = {
        "form": form,
        "may_import": request.user.has_perm("monitoring.import"),
        "page_obj": page,
        "still_there": _still_there(page.object_list),
    }
    return render(request, "monitoring/imports.html", context, status=sent.status)


def _still_there(runs: Iterable[ImportRun]) -> dict[int, int]:
    """Of the imports that were undone: how many of their mentions stay, for they are attached to an incident."""
    undone = [run.pk for run in runs if run.state == ImportState.UNDONE]
    counts = Mention.objects.filter(run__in=undone).order_by().values_list("run").annotate(Count("pk"))
    return dict.fromkeys(undone, 0) | dict(counts)


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
        context |= _what_became_of(run, request.user)
    return render(request, "monitoring/import.html", context)


def _what_became_of(run: ImportRun, reader: User) -> dict[str, Any]:
    sightings = run.sightings.select_related("mention__run", "mention__brand").order_by("line")
    context = {
        "mentions_here": run.mentions.count(),
        "sightings": list(sightings[:SIGHTINGS_SHOWN]),
        "signals": list(
            run.signals.select_related("brand", "decided_by").order_by("-heard_at")[:SIGHTINGS_SHOWN]
        ),
        "may_decide": reader.has_perm("monitoring.decide"),
        "rejected": row_lists.first_rows(run.rejects_path, ROWS_SHOWN) if run.rows_rejected else [],
        "repaired": row_lists.first_rows(run.repairs_path, ROWS_SHOWN) if run.rows_repaired else [],
    }
    if run.state == ImportState.UNDONE:
        stays = run.mentions.attached()
        context["attached"] = list(stays.select_related("brand", "post")[:SIGHTINGS_SHOWN])
        incidents = Incident.objects.visible_to(reader)
        context["incidents"] = incidents.filter(attached_mentions__mention__run=run).distinct()
    return context


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
    is_preview = run.state == ImportState.PREVIEW
    return confirm(
        request,
        partial(actions.cancel_import, run=run, actor=request.user),
        title=_("Leave this file?") if is_preview else _("Stop this import?"),
        text=_("Nothing of it is stored. The file is removed; you can choose it again.")
        if is_preview
        else "",
        label=_("Do not import") if is_preview else _("Stop"),
        cancel_label=_("Back to the preview") if is_preview else _("Let it go on"),
        back=run,
        form=CancelForm(typed(request), run=run),
    )


@requires("monitoring.import")
@require_http_methods(["GET", "POST"])
def undo_import(request: SignedInRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(ImportRun, pk=pk)
    found = actions.what_taking_back_does(run)
    goes = ngettext("%(n)d mention is removed.", "%(n)d mentions are removed.", found.goes)
    consequences = [goes % {"n": found.goes}]
    if found.is_shared:
        text = ngettext(
            "%(n)d was brought by another import too, and is that one's from now on.",
            "%(n)d were brought by another import too, and are that one's from now on.",
            found.is_shared,
        )
        consequences.append(text % {"n": found.is_shared})
    if found.is_attached:
        text = ngettext(
            "%(n)d is attached to an incident and stays.",
            "%(n)d are attached to an incident and stay.",
            found.is_attached,
        )
        consequences.append(text % {"n": found.is_attached})
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
    found = actions.what_taking_back_does(run)
    stays = found.is_attached + found.is_shared
    goes = ngettext("%(n)d mention is moved.", "%(n)d mentions are moved.", found.goes)
    consequences = [
        goes % {"n": found.goes},
        _("What an incident has, or another import brought too, stays where it is: %(n)d.") % {"n": stays},
    ]
    return confirm(
        request,
        partial(actions.move_import, run=run, actor=request.user),
        title=_("Move this import to another brand?"),
        label=_("Move"),
        consequences=consequences,
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
