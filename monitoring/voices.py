"""Keeps the five-minute counts of voices true to the mentions that are stored."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, Value
from django.db.models.functions import Coalesce, Least

from monitoring.models import ImportRun, Listening, Mention, VoiceCount
from people.models import Brand

SLOT = timedelta(minutes=5)
SILENCE = timedelta(hours=1)  # after which a person is a voice again
# Each post against the one before it of the same person, of the same kind. Those before the first slot are looked for
# only of people who speak in it or after it, and a post's `day_only` only at the end, one by one: where posts come
# every second, the hour before them has hundreds of thousands. Slots that stay as they are are not written.
COUNT = """
    WITH touched AS (
        SELECT id, post_id, person, posted_at, sentiment FROM monitoring_mention
        WHERE brand_id = %(brand)s AND NOT is_brand_own AND posted_at >= %(first)s AND posted_at < %(end)s
    ), said AS MATERIALIZED (
        SELECT * FROM touched UNION ALL
        SELECT id, post_id, person, posted_at, sentiment FROM monitoring_mention
        WHERE brand_id = %(brand)s AND NOT is_brand_own
          AND posted_at >= %(first)s - %(silence)s AND posted_at < %(first)s
          AND person IN (SELECT person FROM touched)
    ), spoken AS (
        SELECT posted_at, sentiment <> '' AS is_rated, sentiment = 'negative' AS is_complaint,
            lag(posted_at) OVER (PARTITION BY person ORDER BY posted_at, id) AS before,
            lag(posted_at) OVER (PARTITION BY person, sentiment <> '' ORDER BY posted_at, id) AS rated_before,
            lag(posted_at) OVER (PARTITION BY person, sentiment = 'negative' ORDER BY posted_at, id) AS hurt_before
        FROM said WHERE NOT (SELECT day_only FROM monitoring_post post WHERE post.id = post_id)
    ), counted AS (
        SELECT date_bin(%(slot)s, posted_at, 'epoch'::timestamptz) AS begins_at, count(*) AS posts,
            count(*) FILTER (WHERE before IS NULL OR posted_at - before >= %(silence)s) AS voices,
            count(*) FILTER (WHERE is_rated
                AND (rated_before IS NULL OR posted_at - rated_before >= %(silence)s)) AS rated,
            count(*) FILTER (WHERE is_complaint
                AND (hurt_before IS NULL OR posted_at - hurt_before >= %(silence)s)) AS complaints
        FROM spoken WHERE posted_at >= %(first)s GROUP BY 1
    ), gone AS (
        DELETE FROM monitoring_voicecount old
        WHERE brand_id = %(brand)s AND begins_at >= %(first)s AND begins_at < %(end)s
          AND NOT EXISTS (SELECT FROM counted WHERE counted.begins_at = old.begins_at)
        RETURNING begins_at
    ), written AS (
        INSERT INTO monitoring_voicecount (brand_id, begins_at, voices, complaints, rated, posts)
        SELECT %(brand)s, begins_at, voices, complaints, rated, posts FROM counted
        ON CONFLICT (brand_id, begins_at) DO UPDATE
        SET (voices, complaints, rated, posts)
            = (excluded.voices, excluded.complaints, excluded.rated, excluded.posts)
        WHERE (monitoring_voicecount.voices, monitoring_voicecount.complaints, monitoring_voicecount.rated,
               monitoring_voicecount.posts)
            IS DISTINCT FROM (excluded.voices, excluded.complaints, excluded.rated, excluded.posts)
        RETURNING begins_at
    )
    SELECT begins_at FROM gone UNION ALL SELECT begins_at FROM written
"""


def start_of_slot(moment: datetime) -> datetime:
    """The five minutes (UTC) into which a moment falls."""
    seconds = int(SLOT.total_seconds())
    return datetime.fromtimestamp(int(moment.timestamp()) // seconds * seconds, UTC)


@transaction.atomic
def recount(brand: Brand, first: datetime, last: datetime) -> list[datetime]:
    """Count anew after posts from `first` to `last` came, went or changed; the starts of the slots that differ now.

    What is stored and committed decides, so the order of changes does not matter. Waits for whoever counts the same
    brand: a post that is being stored meanwhile is counted by whoever stores it.
    """
    Brand.objects.select_for_update(no_key=True).get(pk=brand.pk)
    names: dict[str, Any] = {
        "brand": brand.pk,
        "first": start_of_slot(first),
        "end": start_of_slot(last + SILENCE)
        + SLOT,  # a post takes the voice of the same person's within the hour
        "slot": SLOT,
        "silence": SILENCE,
    }
    with connection.cursor() as cursor:
        cursor.execute(COUNT, names)
        changed = sorted(row[0] for row in cursor.fetchall())
    if changed:
        earliest = Least(Coalesce("changed_from", changed[0]), Value(changed[0]))
        Listening.objects.filter(brand=brand, heard_to__gt=changed[0]).update(changed_from=earliest)
    return changed


def recount_import(run: ImportRun) -> None:
    """Count anew what an import brought, or has given back or to another brand, whose counts may still hold it."""
    first, last = run.first_posted_at, run.last_posted_at
    if first is None or last is None:
        return
    has = Mention.objects.filter(run=run).order_by().values("brand")
    counted = (
        VoiceCount.objects.filter(begins_at__range=(start_of_slot(first), last)).order_by().values("brand")
    )
    # In one order for everybody, for each is locked.
    for brand in Brand.objects.filter(Q(pk__in=has) | Q(pk__in=counted)).order_by("pk"):
        recount(brand, first, last)
