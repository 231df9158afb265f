"""Taking back what an import stored, in portions."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from common.transitions import set_fields
from monitoring.actions.imports import lock_import
from monitoring.models import ImportRun, Sighting
from monitoring.one_at_a_time import lock_posts

PORTION = 5_000
# Both name the mentions of one portion. Another import that brought it as well is its oldest sighting.
MINE = """
    CREATE TEMPORARY TABLE portion AS
    SELECT mention.id, mention.post_id, other.id AS sighting_id, other.run_id, other.line
    FROM monitoring_mention mention
    LEFT JOIN LATERAL (
        SELECT id, run_id, line FROM monitoring_sighting
        WHERE mention_id = mention.id AND run_id <> %(run)s ORDER BY id LIMIT 1
    ) other ON true
    WHERE mention.run_id = %(run)s
      AND NOT EXISTS (SELECT FROM monitoring_incidentmention WHERE mention_id = mention.id)
    ORDER BY mention.id LIMIT %(portion)s FOR UPDATE OF mention
"""
SEEN = """
    CREATE TEMPORARY TABLE portion AS
    SELECT mention.id, mention.post_id, mine.id AS sighting_id
    FROM (SELECT id, mention_id FROM monitoring_sighting
          WHERE run_id = %(run)s ORDER BY line LIMIT %(portion)s) mine
    JOIN monitoring_mention mention ON mention.id = mine.mention_id
    ORDER BY mention.id FOR UPDATE OF mention
"""
NO_SIGHTINGS = "DELETE FROM monitoring_sighting WHERE id IN (SELECT sighting_id FROM portion)"
# What is attached to an incident is evidence and stays, also when that happened while we waited for its lock.
NOT_ATTACHED = "DELETE FROM portion USING monitoring_incidentmention WHERE mention_id = portion.id"
# The oldest of the other imports that said it is believed now; without one nobody has said it. What a person has
# corrected stays.
REJUDGED = """
    UPDATE monitoring_mention mention
    SET sentiment = coalesce(other.sentiment, ''), sentiment_source = coalesce(other.sentiment_source, ''),
        judged_by_id = other.run_id
    FROM portion LEFT JOIN LATERAL (
        SELECT run_id, sentiment, sentiment_source FROM monitoring_sighting
        WHERE mention_id = portion.id AND run_id <> %(run)s AND sentiment <> '' ORDER BY id LIMIT 1
    ) other ON true
    WHERE mention.id = portion.id AND coalesce(mention.judged_by_id, mention.run_id) = %(run)s
      AND mention.sentiment_source <> 'corrected'
"""
# Only sightings say who else gave the address: one that came with the post's first mention of another brand is
# forgotten. The next import that gives it brings it back.
READDRESSED = """
    UPDATE monitoring_post post
    SET addressed_by_id = other.run_id,
        address_key = CASE WHEN other.run_id IS NOT NULL THEN address_key END,
        url = CASE WHEN other.run_id IS NOT NULL THEN url ELSE '' END
    FROM portion LEFT JOIN LATERAL (
        SELECT sighting.run_id
        FROM monitoring_sighting sighting JOIN monitoring_mention mention ON mention.id = sighting.mention_id
        WHERE mention.post_id = portion.post_id AND sighting.run_id <> %(run)s AND has_address
        ORDER BY sighting.id LIMIT 1
    ) other ON true
    WHERE post.id = portion.post_id AND post.addressed_by_id = %(run)s
      AND NOT EXISTS (SELECT FROM monitoring_mention mention JOIN monitoring_incidentmention attached
                      ON attached.mention_id = mention.id WHERE mention.post_id = post.id)
"""
# Another import brought it as well: from now on it is that one's.
HANDED_ON = """
    UPDATE monitoring_mention mention SET run_id = portion.run_id, line = portion.line FROM portion
    WHERE mention.id = portion.id AND portion.run_id IS NOT NULL
"""
# A mention that is handed on loses the sighting that it becomes, and those of the import itself; others all of them.
REMOVED = (
    """DELETE FROM monitoring_sighting sighting USING portion
       WHERE sighting.mention_id = portion.id AND (portion.run_id IS NULL OR sighting.run_id = %(run)s)""",
    """DELETE FROM monitoring_sentimentcorrection correction USING portion
       WHERE correction.mention_id = portion.id AND portion.run_id IS NULL""",
    "DELETE FROM monitoring_mention mention USING portion WHERE mention.id = portion.id AND portion.run_id IS NULL",
    """DELETE FROM monitoring_post post USING portion WHERE post.id = portion.post_id
       AND NOT EXISTS (SELECT FROM monitoring_mention WHERE post_id = post.id)""",
)
STEPS = {
    MINE: (NOT_ATTACHED, REJUDGED, READDRESSED, HANDED_ON, NO_SIGHTINGS, *REMOVED),
    SEEN: (NO_SIGHTINGS, NOT_ATTACHED, REJUDGED, READDRESSED),
}


@dataclass(frozen=True)
class TakingBack:
    """What becomes of the mentions of an import that is undone or moved."""

    goes: int
    is_attached: int  # to an incident: it stays
    is_shared: int  # another import brought it too


def what_taking_back_does(run: ImportRun) -> TakingBack:
    """Counted now; an import that runs meanwhile may change it."""
    attached = run.mentions.attached()
    others = Sighting.objects.filter(mention=OuterRef("pk")).exclude(run=run)
    shared = run.mentions.filter(Exists(others)).exclude(pk__in=attached.values("pk")).count()
    is_attached = attached.count()
    return TakingBack(run.mentions.count() - is_attached - shared, is_attached, shared)


@transaction.atomic
def take_back(*, run: ImportRun) -> bool:
    """Take back the next portion; True when there was one. Raises LeaseLost."""
    run = lock_import(run=run)
    set_fields(run, seen_at=timezone.now(), attempts=0)
    lock_posts()
    return any(_take_back(run, named) for named in STEPS)


def _take_back(run: ImportRun, named: str) -> bool:
    names = {"run": run.pk, "portion": PORTION}
    with connection.cursor() as cursor:
        cursor.execute(named, names)
        found = cursor.rowcount > 0
        for step in (*STEPS[named], "DROP TABLE portion"):
            cursor.execute(step, names if "%(run)s" in step else None)
    return found
