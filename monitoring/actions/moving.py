"""An import that was given to the wrong brand."""

from __future__ import annotations

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.errors import ActionRefused, NotAllowed
from journal.actions import record
from monitoring.actions.imports import lock_row
from monitoring.actions.signal_decisions import dismiss_baseless
from monitoring.actions.signal_raising import raise_signals
from monitoring.models import ImportRun, Mention, Signal
from monitoring.one_at_a_time import lock_posts
from monitoring.voices import brands_of, recount_import
from people.models import Brand, User

# Waits for whoever attaches one of them to an incident; the next statement sees that it is attached.
LOCKED = """
    SELECT count(*) FROM (
        SELECT FROM monitoring_mention WHERE run_id = %(run)s AND brand_id <> %(brand)s ORDER BY id FOR UPDATE
    ) locked
"""
# What is attached to an incident, or another import brought too, stays where it is. `target` is the mention that each
# one is from now on: where the other brand has the post already, it becomes a sighting there.
MOVING = """
    CREATE TEMPORARY TABLE moving AS
    SELECT mine.id, mine.line, coalesce(theirs.id, min(mine.id) OVER (PARTITION BY mine.post_id)) AS target
    FROM monitoring_mention mine
    LEFT JOIN monitoring_mention theirs ON theirs.post_id = mine.post_id AND theirs.brand_id = %(brand)s
    WHERE mine.run_id = %(run)s AND mine.brand_id <> %(brand)s
      AND NOT EXISTS (SELECT FROM monitoring_incidentmention WHERE mention_id = mine.id)
      AND NOT EXISTS (SELECT FROM monitoring_sighting WHERE mention_id = mine.id AND run_id <> %(run)s)
"""
STEPS = (
    """UPDATE monitoring_sighting SET mention_id = target FROM moving
       WHERE mention_id = moving.id AND target <> moving.id""",
    """INSERT INTO monitoring_sighting (run_id, line, mention_id, sentiment, sentiment_source, has_address)
       SELECT %(run)s, mine.line, target, sentiment, sentiment_source, addressed_by_id IS NOT DISTINCT FROM %(run)s
       FROM moving JOIN monitoring_mention mine USING (id) JOIN monitoring_post post ON post.id = post_id
       WHERE target <> moving.id ORDER BY mine.line""",
    # What nobody of the other brand has judged is judged now.
    """UPDATE monitoring_mention mention
       SET sentiment = said.sentiment, sentiment_source = said.sentiment_source, judged_by_id = %(run)s
       FROM (SELECT DISTINCT ON (mention_id) mention_id, sentiment, sentiment_source
             FROM monitoring_sighting WHERE run_id = %(run)s AND sentiment <> ''
             AND mention_id IN (SELECT target FROM moving) ORDER BY mention_id, id) said
       WHERE mention.id = said.mention_id AND mention.sentiment = ''""",
    """DELETE FROM monitoring_sentimentcorrection correction USING moving
       WHERE correction.mention_id = moving.id AND target <> moving.id""",
    "DELETE FROM monitoring_mention mine USING moving WHERE mine.id = moving.id AND target <> moving.id",
    "UPDATE monitoring_mention mine SET brand_id = %(brand)s FROM moving WHERE mine.id = moving.id",
    "DROP TABLE moving",
)


@transaction.atomic
def move_import(*, run: ImportRun, actor: User, brand: Brand) -> ImportRun:
    """Give what an import stored to another brand. What another import brought too, or an incident has, stays."""
    if not actor.has_perm("monitoring.import"):
        raise NotAllowed(_("Readers may look at mentions, not move them."))
    run = lock_row(run)
    if not run.may_be_undone:
        raise ActionRefused(_("Only an import that is over can be moved."))
    _lock_signals(run, brand)
    lock_posts()
    with connection.cursor() as cursor:
        for step in (LOCKED, MOVING, *STEPS):
            cursor.execute(step, {"run": run.pk, "brand": brand.pk})
    run.brand = brand
    run.save(update_fields=["brand"])
    recount_import(run)
    stays = Mention.objects.filter(run=run).exclude(brand=brand).count()
    data = {"file": run.file_name, "brand": brand.name, "stays": stays}
    record(stream=run.stream, kind="import.moved", actor=actor, data=data, path=run.get_absolute_url())
    dismiss_baseless(run=run, actor=actor, reason=_("The import was moved to another brand."))
    if run.first_posted_at and run.last_posted_at:
        raise_signals(brand=brand, first=run.first_posted_at, last=run.last_posted_at, run=run)
    return run


def _lock_signals(run: ImportRun, brand: Brand) -> None:
    """Brands, their signals, then mentions: in this order everybody locks them who decides about a signal."""
    touched = Brand.objects.filter(
        Q(pk=brand.pk) | Q(signals__run=run) | Q(pk__in=brands_of(run).values("pk"))
    ).values("pk")
    list(Brand.objects.select_for_update(no_key=True).filter(pk__in=touched).order_by("pk"))
    list(Signal.objects.select_for_update(of=("self",)).filter(run=run).order_by("pk"))
