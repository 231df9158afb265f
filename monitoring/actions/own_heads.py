"""A brand's own head: fitted by a worker from what people corrected, switched off and on by people."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import ActionRefused, NotAllowed
from common.transitions import set_fields
from journal.actions import record
from monitoring.models import OwnHead, SentimentCorrection
from monitoring.models.own_head import sentiment_stream
from monitoring.understanding.sentiment import Label, NoEstimator, estimator
from people.models import Brand, User

FEWEST = 100  # corrections, as understanding.sentiment.own_head has it, which takes numpy
AGAIN_AFTER = 20  # corrections more or fewer
MOST = 1_000  # the latest; half a minute of work


def brands_to_fit() -> list[Brand]:
    """Those whose corrections are enough, and others than when their head was fitted."""
    counts = corrections_by_brand()
    fitted = dict(OwnHead.objects.values_list("brand", "corrections"))
    due = [
        brand
        for brand, count in counts.items()
        if count >= FEWEST and (brand not in fitted or abs(count - fitted[brand]) >= AGAIN_AFTER)
    ]
    return list(Brand.objects.filter(pk__in=due).order_by("pk"))


def corrections_by_brand() -> dict[int, int]:
    """How many stand."""
    rows = SentimentCorrection.objects.current().values("mention__brand").annotate(n=Count("pk")).order_by()
    return {row["mention__brand"]: row["n"] for row in rows}


def fit_own_head(*, brand: Brand) -> OwnHead | None:
    """Learn from the brand's corrections; nothing where no model is chosen. Writes only when all is calculated."""
    if isinstance(estimator(), NoEstimator):
        return None
    current = SentimentCorrection.objects.current().filter(mention__brand=brand)
    count = current.count()
    rows = list(current.order_by("-at", "-id").values_list("mention__post__text", "label")[:MOST])[::-1]
    numbers, figures = _fitted(
        [text for text, _label in rows], [label == Label.NEGATIVE for _text, label in rows]
    )
    with transaction.atomic():
        head, _is_new = OwnHead.objects.update_or_create(
            brand=brand,
            defaults={
                "numbers": numbers,
                "figures": figures,
                "corrections": count,
                "fitted_at": timezone.now(),
            },
        )
        data = {"brand": brand.name, "count": count}
        kind = "head.better" if head.is_better else "head.not_better"
        record(stream=sentiment_stream(brand.pk), kind=kind, actor=None, data=data)
    return head


def _fitted(texts: list[str], negative: list[bool]) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    # They take numpy, which comes with the model.
    from monitoring.understanding.sentiment.e5 import vectors_of
    from monitoring.understanding.sentiment.head import shipped_head
    from monitoring.understanding.sentiment.own_head import fit_head

    fit = fit_head(vectors_of(texts), negative, start=shipped_head())
    if fit.own is None or fit.shipped is None:
        return None, None
    figures = {"shipped": asdict(fit.shipped), "own": asdict(fit.own)}
    return fit.head.as_json() if fit.head else None, figures


@transaction.atomic
def switch_own_head(*, head: OwnHead, actor: User, on: bool) -> OwnHead:
    """Let the brand's own head estimate what comes, or the shipped one. Saying the same twice changes nothing."""
    if not actor.has_perm("monitoring.decide"):
        raise NotAllowed(_("Readers may look at the estimates, not change them. Ask somebody on duty."))
    head = OwnHead.objects.select_for_update(of=("self",)).select_related("brand").get(pk=head.pk)
    if not head.is_better:
        raise ActionRefused(_("The head of this brand is no better than the shipped one, so it is not used."))
    if head.is_used == on:
        return head
    set_fields(head, switched_off_by=None if on else actor, switched_off_at=None if on else timezone.now())
    kind = "head.switched_on" if on else "head.switched_off"
    record(stream=sentiment_stream(head.brand_id), kind=kind, actor=actor, data={"brand": head.brand.name})
    return head
