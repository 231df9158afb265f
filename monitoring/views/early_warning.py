"""Early warning, brand by brand: what it hears, how sensitive it is, and how often it was right."""

from __future__ import annotations

from functools import partial

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from common.pages import form_page, typed
from monitoring import actions
from monitoring.forms import SensitivityForm
from monitoring.heard import heard_of
from monitoring.models import Sensitivity, Signal
from monitoring.precision import precision_of
from monitoring.stored_past import judged
from people.access import SignedInRequest, requires
from people.models import Brand

BRANDS_PER_PAGE = 25


@require_safe
def early_warning(request: SignedInRequest) -> HttpResponse:
    page = Paginator(Brand.objects.all(), BRANDS_PER_PAGE).get_page(request.GET.get("page"))
    signals = Signal.objects.visible_to(request.user)
    context = {
        "page_obj": page,
        "heard": heard_of(page.object_list),
        "precision": precision_of(signals),
        "fresh": signals.fresh().count(),
        "may_decide": request.user.has_perm("monitoring.decide"),
    }
    return render(request, "monitoring/early_warning.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("monitoring.decide")
def sensitivity(request: SignedInRequest, pk: int) -> HttpResponse:
    brand = get_object_or_404(Brand, pk=pk)
    (heard,) = heard_of([brand])
    form = SensitivityForm(typed(request), initial={"sensitivity": heard.sensitivity})
    # Without JavaScript a link asks for what is otherwise fetched after the page.
    past = [(one, judged(brand, one)) for one in Sensitivity] if "past" in request.GET else []
    return form_page(
        request,
        "monitoring/sensitivity.html",
        form,
        partial(actions.change_sensitivity, brand=brand, actor=request.user),
        then="monitoring:early_warning",
        done=_("Saved. It counts from the next look on."),
        heard=heard,
        precision=precision_of(Signal.objects.filter(brand=brand)),
        past=past,
        following=None if past else Sensitivity.LOW,
    )


@require_safe
@requires("monitoring.decide")
def stored_past(request: SignedInRequest, pk: int, sensitivity: str) -> HttpResponse:
    """One line of the preview, which then asks for the next: so one is worked out at a time."""
    brand = get_object_or_404(Brand, pk=pk)
    if sensitivity not in Sensitivity.values:
        raise Http404
    asked = Sensitivity(sensitivity)
    rest = list(Sensitivity)[list(Sensitivity).index(asked) + 1 :]
    context = {
        "past": [(asked, judged(brand, asked))],
        "brand": brand,
        "following": rest[0] if rest else None,
    }
    return render(request, "monitoring/_stored_past.html", context)
