"""How good the estimates are for each brand whose posts people corrected, and with which head they are made."""

from __future__ import annotations

from functools import partial

from django.conf import settings
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from common.pages import press
from monitoring import actions
from monitoring.actions.own_heads import FEWEST, corrections_by_brand
from monitoring.models import OwnHead
from people.access import SignedInRequest, requires
from people.models import Brand


@require_safe
def estimates(request: SignedInRequest) -> HttpResponse:
    counts = corrections_by_brand()
    shown = Brand.objects.filter(Q(pk__in=counts) | Q(own_head__isnull=False)).order_by("name")
    heads = OwnHead.objects.select_related("switched_off_by").in_bulk()
    context = {
        "brands": [(brand, counts.get(brand.pk, 0), heads.get(brand.pk)) for brand in shown],
        "fewest": FEWEST,
        "is_on": settings.SENTIMENT_MODEL != "off",
    }
    return render(request, "monitoring/estimates.html", context)


@require_POST
@requires("monitoring.decide")
def switch_own_head(request: SignedInRequest, pk: int) -> HttpResponse:
    head = get_object_or_404(OwnHead, pk=pk)
    on = request.POST.get("on") == "yes"
    said = {True: _("Its own head estimates what comes."), False: _("The shipped head estimates what comes.")}
    act = partial(actions.switch_own_head, head=head, actor=request.user, on=on)
    return press(request, act, then="monitoring:estimates", done=said[on])
