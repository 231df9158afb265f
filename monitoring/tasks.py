"""Celery entry points: ids or nothing at all, and everything is found again from the rows."""

import time
from datetime import timedelta

from celery import shared_task
from django.db.models import Q
from django.utils import timezone

from monitoring import actions
from monitoring.actions.imports import STALE_AFTER, wake_import
from monitoring.importing.run import carry_on
from monitoring.models import ImportRun, ImportState, VoiceCount
from monitoring.models.imports import WAITING_FOR_WORKER
from people.models import Brand


@shared_task
def carry_on_import(run_id: int) -> None:
    carry_on(run_id)


@shared_task
def sweep_imports() -> None:
    """Imports whose hint was lost or whose worker was killed are picked up; interrupted commands are closed."""
    left = ImportRun.objects.filter(state__in=WAITING_FOR_WORKER).filter(
        Q(token__isnull=True) | Q(seen_at__lt=timezone.now() - STALE_AFTER)
    )
    for run in left:
        if run.is_uploaded or run.state == ImportState.UNDOING:  # which needs no file
            wake_import(run.pk)
        elif timezone.now() - (run.seen_at or run.created_at) > STALE_AFTER:
            actions.abandon_import(run_id=run.pk)


# At most so long at a stretch; the next hint carries on.
UNDERSTANDING_SECONDS = 12.0


@shared_task
def understand() -> None:
    """Language and worry first, which takes moments; then estimates, which take a model some time."""
    ends = time.monotonic() + UNDERSTANDING_SECONDS
    while time.monotonic() < ends and (actions.understand() or actions.estimate()):
        pass


@shared_task
def fit_own_heads() -> None:
    for brand in actions.brands_to_fit():
        actions.fit_own_head(brand=brand)


@shared_task
def watch_now() -> None:
    """Judge what came in, for every brand of which somebody has spoken within the hour."""
    now = timezone.now()
    spoken_of = VoiceCount.objects.filter(begins_at__gte=now - timedelta(hours=1), begins_at__lte=now)
    for brand in Brand.objects.filter(pk__in=spoken_of.values("brand")):
        actions.listen(brand=brand, now=now)
