"""What people say: the stream, its filters and its curve."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from monitoring.charts import volume_chart
from monitoring.forms import MentionFilter
from monitoring.listening import has_baseline
from monitoring.models import Mention, Sentiment, Signal
from people.access import SignedInRequest

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
    tally = _tally(found)
    brand = form.cleaned_data.get("brand")
    in_view = Signal.objects.visible_to(request.user).filter(last_at__gte=start, began_at__lt=end)
    if brand:
        in_view = in_view.filter(brand=brand)
    heard = list(in_view.select_related("brand")[:MOST_SIGNALS])
    page = _CountedPaginator(found.select_related("brand", "post"), PER_PAGE, known_count=tally["total"] or 0)
    context = {
        "form": form,
        "page_obj": page.get_page(request.GET.get("page")),
        "tally": tally,
        "start": start,
        "end": end,
        "chart": volume_chart(found, start, end, signals=heard) if tally["total"] else None,
        "signals": heard,
        "fresh": Signal.objects.visible_to(request.user).fresh().count(),
        "is_empty": not tally["total"] and not visible.exists(),
        "unready": brand if brand and not has_baseline(brand) else None,
    }
    return render(request, "monitoring/mentions.html", context)


def _tally(mentions: QuerySet[Mention]) -> dict[str, int | None]:
    """How many there are, how many of each kind, and the net sentiment from -100 to 100 (None without ratings)."""
    tally: dict[str, int | None] = mentions.aggregate(
        total=Count("pk"),
        negative=Count("pk", filter=Q(sentiment=Sentiment.NEGATIVE)),
        positive=Count("pk", filter=Q(sentiment=Sentiment.POSITIVE)),
        rated=Count("pk", filter=~Q(sentiment="")),
    )
    rated, positive, negative = tally["rated"], tally["positive"] or 0, tally["negative"] or 0
    return {**tally, "net": round((positive - negative) / rated * 100) if rated else None}
