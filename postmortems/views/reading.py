"""The list, one post-mortem, and its report on paper."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from escalations.models import Deadline
from people.access import SignedInRequest
from postmortems import pdf as typesetting
from postmortems.actions.deadlines import APPROVAL, MEETING
from postmortems.actions.lifecycle import missing
from postmortems.fetch import post_mortem_or_404
from postmortems.figures import MEANINGS, Figure, compute, thaw
from postmortems.forms import FilterForm
from postmortems.models import CorrectiveAction, PostMortem, PostMortemState
from postmortems.models.followup import SETTLED_CORRECTIVE_ACTION_STATES
from postmortems.models.postmortem import PostMortemQuerySet
from postmortems.record import curve, gather, timeline
from postmortems.report import build
from postmortems.rules import is_independent
from postmortems.sections import SECTIONS, required_fields, section_of, text_field

PER_PAGE = 25
# Above this many entries the timeline is folded: the page is about what was learned.
UNFOLDED_ENTRIES = 30


@require_safe
def listing(request: SignedInRequest) -> HttpResponse:
    form = FilterForm(request.GET)
    visible = PostMortem.objects.visible_to(request.user)
    found = _filtered(visible, form)
    settled = Q(actions__state__in=SETTLED_CORRECTIVE_ACTION_STATES)
    rows = (
        found.select_related("incident__brand", "author")
        .prefetch_related("deadlines")
        .annotate(
            lesson_count=Count("lessons", distinct=True),
            action_count=Count("actions", distinct=True),
            settled_count=Count("actions", filter=settled, distinct=True),
        )
        .order_by("-created_at", "-pk")
    )
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    rows_shown = [(row, _approval_deadline(row)) for row in page.object_list]
    today = timezone.localdate()
    return render(
        request,
        "postmortems/list.html",
        {
            "page_obj": page,
            "rows": rows_shown,
            "filter_form": form,
            "filtered": any(getattr(form, "cleaned_data", {}).values()),
            "in_draft": visible.filter(state=PostMortemState.DRAFT).count(),
            "in_review": visible.filter(state=PostMortemState.IN_REVIEW).count(),
            "overdue": CorrectiveAction.objects.visible_to(request.user).overdue(today).count(),
            "mine": CorrectiveAction.objects.waiting_for(request.user)
            .select_related("post_mortem__incident")
            .order_by("due_on", "pk")[:10],
        },
    )


def _approval_deadline(post_mortem: PostMortem) -> Deadline | None:
    """The deadline that runs or is missed, from what is prefetched."""
    running = (row for row in post_mortem.deadlines.all() if row.settled_at is None)
    return next((row for row in running if row.purpose == APPROVAL), None)


def _filtered(found: PostMortemQuerySet, form: FilterForm) -> PostMortemQuerySet:
    if not form.is_valid():
        return found
    wanted = form.cleaned_data
    if wanted["q"]:
        found = found.filter(incident__title__icontains=wanted["q"])
    if wanted["state"]:
        found = found.filter(state=wanted["state"])
    if wanted["brand"]:
        found = found.filter(incident__brand=wanted["brand"])
    return found


def figures_of(post_mortem: PostMortem) -> list[Figure]:
    """As they were approved, or as the record stands now."""
    return thaw(post_mortem.figures) if post_mortem.figures else compute(gather(post_mortem.incident))


@require_safe
def detail(request: SignedInRequest, pk: int) -> HttpResponse:
    post_mortem = post_mortem_or_404(request, pk)
    user = request.user
    incident = post_mortem.incident
    may_write = user.has_perm("postmortems.write", post_mortem)
    wanted = required_fields(incident.level)
    entries = timeline(incident)
    empty = missing(post_mortem)
    return render(
        request,
        "postmortems/detail.html",
        {
            "post_mortem": post_mortem,
            "incident": incident,
            "figures": [(figure, MEANINGS[figure.code]) for figure in figures_of(post_mortem)],
            "sections": [
                (
                    section,
                    [
                        (text_field(name), getattr(post_mortem, name), name in wanted)
                        for name in section.fields
                    ],
                    any(getattr(post_mortem, name) or name in wanted for name in section.fields),
                )
                for section in SECTIONS
            ],
            "curve": curve(incident),
            "missing": empty,
            "first_missing": section_of(empty[0]).code if empty else "",
            "lessons": post_mortem.lessons.all(),
            "actions": post_mortem.actions.select_related("owner", "verifier", "lesson"),
            "entries": entries,
            "fold": len(entries) > UNFOLDED_ENTRIES,
            "meeting_deadline": post_mortem.deadlines.unsettled().filter(purpose=MEETING).first(),
            "deadline": post_mortem.deadlines.unsettled().filter(purpose=APPROVAL).first(),
            "may_write": may_write,
            "may_record_meeting": may_write and not incident.is_open and not post_mortem.review_held_at,
            "may_edit": may_write and post_mortem.is_draft,
            "may_decide": post_mortem.is_in_review and user.has_perm("postmortems.approve", post_mortem),
            "is_dependent": user.has_perm("people.approve") and not is_independent(user, post_mortem),
        },
    )


@require_safe
def printable(request: SignedInRequest, pk: int) -> HttpResponse:
    post_mortem = post_mortem_or_404(request, pk)
    report = build(post_mortem, figures_of(post_mortem), timeline(post_mortem.incident))
    return render(request, "postmortems/print.html", {"post_mortem": post_mortem, "report": report})


@require_safe
def pdf(request: SignedInRequest, pk: int) -> HttpResponse:
    post_mortem = post_mortem_or_404(request, pk)
    report = build(post_mortem, figures_of(post_mortem), timeline(post_mortem.incident))
    name = slugify(f"{post_mortem.reference} {post_mortem.incident.title}")[:80]
    return HttpResponse(
        typesetting.typeset(report),
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}.pdf"'},
    )
