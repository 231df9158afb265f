"""What a worker says of posts by itself, a portion at a time, the newest first. Nothing ever waits for it.

What others hold at that moment comes with the next portion; a worker that is killed has written nothing.
"""

from __future__ import annotations

from collections import defaultdict

from django.db import transaction
from django.utils import timezone

from monitoring.models import Mention, OwnHead, Post
from monitoring.one_at_a_time import may_estimate
from monitoring.understanding.language import language_of
from monitoring.understanding.sentiment import Label, NoEstimator, estimator
from monitoring.understanding.worry_words import Worry, worries

PORTION = 500
ESTIMATED_AT_ONCE = 32  # one to two seconds of work; long Chinese texts take half a minute
URGENCY = list(Worry)


@transaction.atomic
def understand() -> int:
    """Give the next portion of mentions their language, where the source gave none, and their worry; how many."""
    portion = list(
        Mention.objects.to_understand()
        .select_related("brand", "post")
        .select_for_update(of=("self", "post"), no_key=True, skip_locked=True)[:PORTION]
    )
    worrying, speaking = defaultdict(list), defaultdict(set)
    for mention in portion:
        post = mention.post
        if not post.lang and (language := language_of(post.text)):
            post.lang = language
            speaking[language].add(post.pk)  # two brands may share it
        worrying[_most_urgent(post, mention.brand.name)].append(mention.pk)
    # Of few kinds: one statement for each is many times as fast as one row at a time.
    for language, posts in speaking.items():
        Post.objects.filter(pk__in=posts).update(lang=language, lang_detected=True)
    for worry, mentions in worrying.items():
        Mention.objects.filter(pk__in=mentions).update(worry=worry, looked_at=timezone.now())
    return len(portion)


def _most_urgent(post: Post, brand_name: str) -> str:
    found = {one.worry for one in worries(post.text, post.lang, names=[brand_name])}
    return next((worry for worry in URGENCY if worry in found), "")


@transaction.atomic
def estimate() -> int:
    """Estimate the next portion of what has no sentiment, each with its brand's head; how many were written."""
    if isinstance(estimator(), NoEstimator) or not may_estimate():
        return 0
    # Not locked while the model thinks: whoever stores, corrects or takes back would wait for it.
    portion = list(Mention.objects.to_estimate().select_related("post")[:ESTIMATED_AT_ONCE])
    labels = _estimated(portion)
    still = Mention.objects.filter(pk__in=labels).to_estimate()
    held = list(still.select_for_update(no_key=True, skip_locked=True).values_list("pk", flat=True))
    for label in Label:
        Mention.objects.filter(pk__in=[pk for pk in held if labels[pk] == label]).update(estimate=label)
    return len(held)


def _estimated(mentions: list[Mention]) -> dict[int, Label]:
    texts: dict[int, dict[int, str]] = defaultdict(dict)
    for mention in mentions:
        texts[mention.brand_id][mention.pk] = mention.post.text
    heads = dict(OwnHead.objects.used().filter(brand__in=texts).values_list("brand", "numbers"))
    found: dict[int, Label] = {}
    for brand, said in texts.items():
        estimates = estimator(heads.get(brand)).estimate(list(said.values()))
        found |= {pk: one.label for pk, one in zip(said, estimates, strict=True)}
    return found
