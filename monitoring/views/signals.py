"""Early warnings: what is unusual, why we think so, and what somebody decided."""

from __future__ import annotations

from functools import partial

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from common.pages import confirm, typed
from incidents.models import Incident
from monitoring import actions, signal_words
from monitoring.charts import evidence_chart
from monitoring.evidence import by_others
from monitoring.forms import DismissForm, OpenIncidentForm, SignalFilter
from monitoring.models import Mention, Signal, SignalKind, SignalState
from people.access import SignedInRequest, requires

PER_PAGE = 25
TYPICAL = 3  # posts before the two acts


@require_safe
def signals(request: SignedInRequest) -> HttpResponse:
    form = SignalFilter(request.GET)
    found = Signal.objects.visible_to(request.user).select_related("brand", "decided_by")
    fresh = found.fresh().count()
    form.is_valid()
    if form.cleaned_data.get("state"):
        found = found.filter(state=form.cleaned_data["state"])
    if form.cleaned_data.get("brand"):
        found = found.filter(brand=form.cleaned_data["brand"])
    context = {
        "form": form,
        "filtered": any(form.cleaned_data.values()),
        "page_obj": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "fresh": fresh,
    }
    return render(request, "monitoring/signals.html", context)


@require_safe
def signal(request: SignedInRequest, pk: int) -> HttpResponse:
    found = _visible(request, pk)
    sample = Mention.objects.select_related("brand", "post").in_bulk(found.evidence["sample"])
    shown = [sample[pk] for pk in found.evidence["sample"] if pk in sample]
    incident = Incident.objects.visible_to(request.user).filter(signals=found).first()
    context = {
        "signal": found,
        "chart": evidence_chart(found),
        "typical": shown[:TYPICAL],
        "more": shown[TYPICAL:],
        "incident": incident,
        "deadline": found.deadlines.pressing().first(),
        "is_hidden": found.state == SignalState.OPENED and incident is None,
        "may_decide": request.user.has_perm("monitoring.decide"),
        "started": by_others(found.brand, found.began_at, found.last_at).select_related("post").last(),
        "arithmetic": list(signal_words.arithmetic(found)),
        "urgent": list(signal_words.urgency(found, calming=False)),
        "calming": list(signal_words.urgency(found, calming=True)),
        "hours": len(found.evidence["unusual_hours"]),
    }
    return render(request, "monitoring/signal.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("monitoring.decide")
def dismiss_signal(request: SignedInRequest, pk: int) -> HttpResponse:
    found = _visible(request, pk)
    return confirm(
        request,
        partial(actions.dismiss, signal=found, actor=request.user),
        title=_("Dismiss the signal"),
        consequences=[
            _("Nobody is reminded of it any more."),
            _("Your reason is kept and shown to everybody who looks at the signal."),
            _("If twice as many people speak of it later, it is raised again."),
        ],
        label=_("Dismiss"),
        form=DismissForm(typed(request)),
        back=found,
        done=_("Dismissed. If it grows to twice its size, it is raised again."),
        template="monitoring/decide.html",
        signal=found,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires("monitoring.decide")
def open_signal(request: SignedInRequest, pk: int) -> HttpResponse:
    found = _visible(request, pk)
    titles = {
        SignalKind.COMPLAINTS: _("Complaints about %(brand)s"),
        SignalKind.VOLUME: _("Much talk about %(brand)s"),
    }
    suggested = {"title": titles[SignalKind(found.kind)] % {"brand": found.brand}}
    return confirm(
        request,
        partial(actions.open_incident, signal=found, actor=request.user),
        title=_("Open an incident"),
        consequences=[
            _("The posts of the burst are attached, and the time of the first one is noted."),
            _("Those who can assess it are alerted, and the deadline for acknowledging it starts."),
        ],
        label=_("Open the incident"),
        icon="siren",
        form=OpenIncidentForm(typed(request), initial=suggested),
        back=found,
        then=lambda incident: incident,
        done=_("Logged. Those who can assess it are alerted."),
        template="monitoring/decide.html",
        signal=found,
    )


def _visible(request: SignedInRequest, pk: int) -> Signal:
    return get_object_or_404(
        Signal.objects.visible_to(request.user).select_related("brand", "decided_by"), pk=pk
    )
