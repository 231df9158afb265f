"""What people say: the stream, its filters and its curve; and what a person says of one post."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from common.pages import press
from monitoring import actions
from monitoring.charts import volume_chart
from monitoring.figures import tally
from monitoring.forms import MentionFilter
from monitoring.listening import has_baseline
from monitoring.models import Mention, Signal
from people.access import SignedInRequest, requires

PER_PAGE = 50
MOST_SIGNALS = 50


class _CountedPaginator(Paginator):
    """Takes the count from a query that the page makes anyway."""

    def __init__(self, *args: Any, known_count: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._known_count = known_count

    @property
    def count(self) -> int:
        return self._known_count


@require_safe
def mentions(request: SignedInRequest) -> HttpResponse:
    form = MentionFilter(request.GET)
    visible = Mention.objects.visible_to(request.user)
    found, start, end = form.narrow(visible)
    counted = tally(found)
    brand = form.cleaned_data.get("brand")
    in_view = Signal.objects.visible_to(request.user).filter(last_at__gte=start, began_at__lt=end)
    if brand:
        in_view = in_view.filter(brand=brand)
    heard = list(in_view.select_related("brand")[:MOST_SIGNALS])
    page = _CountedPaginator(found.select_related("brand", "post"), PER_PAGE, known_count=counted.total)
    context = {
        "form": form,
        "page_obj": page.get_page(request.GET.get("page")),
        "tally": counted,
        "net_sentiment": None if counted.net is None else round(counted.net),
        "start": start,
        "end": end,
        "chart": volume_chart(found, start, end, signals=heard) if counted.total else None,
        "signals": heard,
        "fresh": Signal.objects.visible_to(request.user).fresh().count(),
        "is_empty": not counted.total and not visible.exists(),
        "unready": brand if brand and not has_baseline(brand) else None,
    }
    return render(request, "monitoring/mentions.html", context)


@require_POST
@requires("monitoring.decide")
def correct(request: SignedInRequest, pk: int) -> HttpResponse:
    mention = _visible(request, pk)
    label = request.POST.get("label", "")
    act = partial(actions.correct, mention=mention, actor=request.user, label=label)
    return press(request, act, then=_where_it_was_pressed(request, mention), done=_("Corrected."))


@require_POST
@requires("monitoring.decide")
def take_back_correction(request: SignedInRequest, pk: int) -> HttpResponse:
    mention = _visible(request, pk)
    act = partial(actions.take_back_correction, mention=mention, actor=request.user)
    done = _("Taken back: what was there before stands again.")
    return press(request, act, then=_where_it_was_pressed(request, mention), done=done)


def _visible(request: SignedInRequest, pk: int) -> Mention:
    return get_object_or_404(Mention.objects.visible_to(request.user), pk=pk)


def _where_it_was_pressed(request: SignedInRequest, mention: Mention) -> str:
    """The page with the button, at the mention; without a page of ours its day in the list."""
    page = request.POST.get("page", "")
    if page.startswith("/") and url_has_allowed_host_and_scheme(page, allowed_hosts=None):
        return f"{page}#{mention.anchor}"
    return mention.get_absolute_url()
