"""`GET /metrics` for Prometheus: read from the database when asked, so that every process gives the same answer."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.db.models import Count, ExpressionWrapper, F, Q, Sum
from django.db.models.fields import DurationField
from django.db.models.functions import Extract, Now
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeHistogramMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from escalations.models import Deadline, DeadlineState, Heartbeat, Hold
from notifications.models import Delivery
from operations.engine_health import engine_health
from operations.models import Violation
from people.access import requires

# Histogram and deliveries count what was recorded in the last hour: an index answers that however much there ever was.
WINDOW = timedelta(hours=1)
BUCKETS_SECONDS = (1, 2, 5, 10, 15, 30, 60, 300)


class EngineCollector(Collector):
    def collect(self) -> Iterable[Metric]:
        yield self._lateness()
        yield self._deliveries()
        yield from self._now()

    def _lateness(self) -> Metric:
        late = ExpressionWrapper(F("fired_at") - F("due_at"), DurationField())
        fired = Deadline.objects.filter(state=DeadlineState.FIRED, entry__at__gte=Now() - WINDOW).annotate(
            late=late
        )
        counts = fired.aggregate(
            total=Count("pk"),
            seconds=Sum(Extract("late", "epoch")),
            **{f"le_{le}": Count("pk", filter=Q(late__lte=timedelta(seconds=le))) for le in BUCKETS_SECONDS},
        )
        buckets = [(str(float(le)), float(counts[f"le_{le}"])) for le in BUCKETS_SECONDS]
        return GaugeHistogramMetricFamily(
            "crisis_deadline_lateness_seconds",
            "From due to fired, of the deadlines that fired within the last hour",
            buckets=[*buckets, ("+Inf", float(counts["total"]))],
            gsum_value=float(counts["seconds"] or 0),
        )

    def _deliveries(self) -> Metric:
        family = GaugeMetricFamily(
            "crisis_deliveries",
            "Deliveries of what was recorded within the last hour, and whatever older still waits",
            labels=["state", "channel"],
        )
        lately = Delivery.objects.filter(entry__at__gte=Now() - WINDOW)
        waiting = Delivery.objects.filter(state__in=["pending", "leased"], entry__at__lt=Now() - WINDOW)
        for rows in (lately, waiting):
            for row in rows.order_by().values("state", "channel").annotate(n=Count("pk")):
                family.add_metric([row["state"], row["channel"]], row["n"])
        return family

    def _now(self) -> Iterator[Metric]:
        state = engine_health()
        backlog = Deadline.objects.armed().filter(due_at__lte=Now()).count()
        yield GaugeMetricFamily(
            "crisis_deadlines_due", "Deadlines that are due and have not fired", value=backlog
        )
        yield GaugeMetricFamily(
            "crisis_deadline_oldest_due_seconds",
            "For how long the oldest of them has been due",
            value=state.overdue_seconds or 0,
        )
        yield GaugeMetricFamily(
            "crisis_hold_open", "Whether the engine is held", value=bool(state.held_until)
        )
        yield GaugeMetricFamily("crisis_holds", "Holds that there ever were", value=Hold.objects.count())
        broken = GaugeMetricFamily(
            "crisis_invariant_violations", "What checks found and nobody has looked at", labels=["invariant"]
        )
        for row in Violation.objects.unsettled().order_by().values("invariant").annotate(n=Count("pk")):
            broken.add_metric([row["invariant"]], row["n"])
        yield broken
        ages = GaugeMetricFamily(
            "crisis_heartbeat_age_seconds", "Since the last heartbeat of each process", labels=["process"]
        )
        clean = GaugeMetricFamily(
            "crisis_heartbeat_clean_age_seconds",
            "The same for the last one without an error",
            labels=["process"],
        )
        for heartbeat in Heartbeat.objects.annotate(
            age=Now() - F("last_tick_at"), clean_age=Now() - F("last_clean_tick_at")
        ):
            ages.add_metric([heartbeat.process], heartbeat.age.total_seconds())
            if heartbeat.clean_age is not None:
                clean.add_metric([heartbeat.process], heartbeat.clean_age.total_seconds())
        yield from (ages, clean)


@login_not_required
def metrics(request: HttpRequest) -> HttpResponse:
    """For whoever brings METRICS_TOKEN, without a session; and for administrators who are signed in."""
    given = request.headers.get("Authorization", "")
    if _is_token(given):
        return _measured(request)
    if given:
        answer = HttpResponse(
            _("This token is not the one of METRICS_TOKEN."), status=401, content_type="text/plain"
        )
        answer.headers["WWW-Authenticate"] = 'Bearer realm="metrics"'
        return answer
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    return _for_administrators(request)


@require_safe
@requires("people.administer")
def _for_administrators(request: HttpRequest) -> HttpResponse:
    return _measured(request)


@require_safe
def _measured(request: HttpRequest) -> HttpResponse:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(EngineCollector())
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    return HttpResponse(encode(registry), content_type=content_type, headers={"Cache-Control": "no-store"})


def _is_token(given: str) -> bool:
    scheme, _blank, token = given.partition(" ")
    wanted = settings.METRICS_TOKEN
    return (
        bool(wanted) and scheme.lower() == "bearer" and hmac.compare_digest(token.encode(), wanted.encode())
    )
