"""What people say of the sentiment of single posts: it counts as given, and can be taken back."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import ActionRefused, Invalid, NotAllowed
from common.transitions import set_fields
from journal.actions import record
from monitoring.models import Mention, SentimentCorrection
from monitoring.models.correction import SENTIMENT_OF
from monitoring.models.mention import CORRECTED
from monitoring.models.own_head import sentiment_stream
from monitoring.understanding.sentiment import Label
from monitoring.voices import recount
from people.models import Brand, User


@transaction.atomic
def correct(*, mention: Mention, actor: User, label: str) -> SentimentCorrection:
    """Say that a post is negative, or that it is not. Saying the same twice changes nothing."""
    mention, current = _lock(mention, actor)
    if label not in SENTIMENT_OF:
        raise Invalid(_("A post is “negative” or “not negative”."))
    if current and current.label == label:
        return current
    if current:
        _restore(mention, current, actor)
    correction = SentimentCorrection.objects.create(
        mention=mention,
        label=label,
        by=actor,
        sentiment_before=mention.sentiment,
        source_before=mention.sentiment_source,
    )
    set_fields(mention, sentiment=SENTIMENT_OF[Label(label)], sentiment_source=CORRECTED)
    _note(mention, "sentiment.corrected", actor, label)
    return correction


@transaction.atomic
def take_back_correction(*, mention: Mention, actor: User) -> Mention:
    """Let stand again what stood before anybody corrected it."""
    mention, current = _lock(mention, actor)
    if current is None:
        raise ActionRefused(_("Nothing is corrected here any more. Reload the page to see what stands."))
    _restore(mention, current, actor)
    _note(mention, "sentiment.correction_taken_back", actor, current.label)
    return mention


def _lock(mention: Mention, actor: User) -> tuple[Mention, SentimentCorrection | None]:
    """The brand, then the mention: in this order everybody locks them."""
    if not actor.has_perm("monitoring.decide"):
        raise NotAllowed(_("Readers may look at mentions, not correct them. Ask somebody on duty."))
    Brand.objects.select_for_update(no_key=True).get(pk=mention.brand_id)
    found = Mention.objects.select_for_update(no_key=True, of=("self",)).select_related("brand")
    locked = found.filter(pk=mention.pk, brand=mention.brand_id).first()
    if locked is None:
        raise ActionRefused(_("The import of this post was undone or moved meanwhile. Reload the page."))
    return locked, SentimentCorrection.objects.current().filter(mention=locked).first()


def _restore(mention: Mention, current: SentimentCorrection, actor: User) -> None:
    set_fields(current, taken_back_by=actor, taken_back_at=timezone.now())
    set_fields(mention, sentiment=current.sentiment_before, sentiment_source=current.source_before)


def _note(mention: Mention, kind: str, actor: User, label: str) -> None:
    """Part of the journal, and of the counts that early warning reads."""
    recount(mention.brand, mention.posted_at, mention.posted_at)
    record(
        stream=sentiment_stream(mention.brand_id),
        kind=kind,
        actor=actor,
        data={"brand": mention.brand.name, "label": label, "mention": mention.pk},
        path=mention.get_absolute_url(),
    )
