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
# What is attached to an incident is evidence and stays, also when that happened while we waited for its lock.
MINE = """
    CREATE TEMPORARY TABLE mine AS
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
ATTACHED_MEANWHILE = "DELETE FROM mine USING monitoring_incidentmention WHERE mention_id = mine.id"
# Another import brought it as well: from now on it is that one's.
HANDED_ON = """
    UPDATE monitoring_mention mention SET run_id = mine.run_id, line = mine.line FROM mine
    WHERE mention.id = mine.id AND mine.run_id IS NOT NULL
"""
STEPS = (
    "DELETE FROM monitoring_sighting WHERE id IN (SELECT sighting_id FROM mine)",
    """DELETE FROM monitoring_sighting sighting USING mine
       WHERE sighting.mention_id = mine.id AND (mine.run_id IS NULL OR sighting.run_id = %(run)s)""",
    """DELETE FROM monitoring_sentimentcorrection correction USING mine
       WHERE correction.mention_id = mine.id AND mine.run_id IS NULL""",
    "DELETE FROM monitoring_mention mention USING mine WHERE mention.id = mine.id AND mine.run_id IS NULL",
    """DELETE FROM monitoring_post post USING mine WHERE post.id = mine.post_id
       AND NOT EXISTS (SELECT FROM monitoring_mention WHERE post_id = post.id)""",
)
OWN_SIGHTINGS = "DELETE FROM monitoring_sighting WHERE run_id = %(run)s"


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
    with connection.cursor() as cursor:
        names = {"run": run.pk, "portion": PORTION}
        cursor.execute(MINE, names)
        cursor.execute("SELECT count(*) FROM mine")
        (found,) = cursor.fetchone()
        if not found:
            cursor.execute(OWN_SIGHTINGS, names)
        for step in (ATTACHED_MEANWHILE, HANDED_ON, *STEPS, "DROP TABLE mine"):
            cursor.execute(step, names if "%(run)s" in step else None)
    return bool(found)
