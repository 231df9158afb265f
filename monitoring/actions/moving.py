"""An import that was given to the wrong brand."""

from __future__ import annotations

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from common.errors import Invalid, NotAllowed
from journal.actions import record
from monitoring.actions.signal_raising import raise_signals
from monitoring.models import ImportRun, ImportState, Mention
from people.models import Brand, User

# What the other brand has already is a sighting there; what is attached to an incident stays where it is.
KNOWN_THERE = """
    INSERT INTO monitoring_sighting (run_id, line, mention_id)
    SELECT mine.run_id, mine.line, theirs.id FROM monitoring_mention mine
    JOIN monitoring_mention theirs ON theirs.post_id = mine.post_id AND theirs.brand_id = %(brand)s
    WHERE mine.run_id = %(run)s AND mine.brand_id <> %(brand)s
      AND NOT EXISTS (SELECT FROM monitoring_incidentmention WHERE mention_id = mine.id)
"""
NO_LONGER_HERE = """
    DELETE FROM monitoring_mention mine USING monitoring_mention theirs
    WHERE theirs.post_id = mine.post_id AND theirs.brand_id = %(brand)s AND mine.run_id = %(run)s
      AND mine.brand_id <> %(brand)s
      AND NOT EXISTS (SELECT FROM monitoring_incidentmention WHERE mention_id = mine.id)
      AND NOT EXISTS (SELECT FROM monitoring_sighting WHERE mention_id = mine.id)
"""
MOVED = """
    UPDATE monitoring_mention mine SET brand_id = %(brand)s
    WHERE mine.run_id = %(run)s AND mine.brand_id <> %(brand)s
      AND NOT EXISTS (SELECT FROM monitoring_incidentmention WHERE mention_id = mine.id)
      AND NOT EXISTS (SELECT FROM monitoring_sighting WHERE mention_id = mine.id)
      AND NOT EXISTS (
        SELECT FROM monitoring_mention theirs WHERE theirs.post_id = mine.post_id AND theirs.brand_id = %(brand)s
      )
"""


@transaction.atomic
def move_import(*, run: ImportRun, actor: User, brand: Brand) -> ImportRun:
    """Give what an import stored to another brand. What another import brought too, or an incident has, stays."""
    if not actor.has_perm("monitoring.import"):
        raise NotAllowed(_("Readers may look at mentions, not move them."))
    run = ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if run.state not in (ImportState.FINISHED, ImportState.CANCELLED):
        raise Invalid(_("Only an import that is over can be moved."))
    with connection.cursor() as cursor:
        for step in (KNOWN_THERE, NO_LONGER_HERE, MOVED):
            cursor.execute(step, {"run": run.pk, "brand": brand.pk})
    run.brand = brand
    run.save(update_fields=["brand"])
    stays = Mention.objects.filter(run=run).exclude(brand=brand).count()
    data = {"file": run.file_name, "brand": brand.name, "stays": stays}
    record(stream=run.stream, kind="import.moved", actor=actor, data=data, path=run.get_absolute_url())
    if run.first_posted_at and run.last_posted_at:
        raise_signals(brand=brand, first=run.first_posted_at, last=run.last_posted_at, run=run)
    return run
