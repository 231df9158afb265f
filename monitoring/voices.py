"""Keeps the five-minute counts of voices true to the mentions that are stored."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Coalesce, Least

from monitoring.detection import counting, slots
from monitoring.models import ImportRun, Listening, Mention, VoiceCount
from people.models import Brand

QUARTER = timedelta(seconds=counting.QUARTER)
# Each person's posts of each kind, quarter of a day by quarter of a day: which begin a conversation, and which are the
# first in an hour of it. Posts before the first slot are looked for only of people who speak in it or after it, and a
# post's `day_only` one by one: where posts come every second, a quarter of a day has hundreds of thousands. Slots that
# stay as they are are not written.
COUNT = """
    WITH touched AS (
        SELECT id, post_id, person, posted_at, sentiment FROM monitoring_mention
        WHERE brand_id = %(brand)s AND NOT is_brand_own AND posted_at >= %(first)s AND posted_at < %(end)s
    ), said AS MATERIALIZED (
        SELECT * FROM touched UNION ALL
        SELECT id, post_id, person, posted_at, sentiment FROM monitoring_mention
        WHERE brand_id = %(brand)s AND NOT is_brand_own
          AND posted_at >= date_bin(%(quarter)s, %(first)s, 'epoch'::timestamptz) AND posted_at < %(first)s
          AND person IN (SELECT person FROM touched)
    ), spoken AS (
        SELECT id, posted_at, person, kind, date_bin(%(quarter)s, posted_at, 'epoch'::timestamptz) AS quarter
        FROM said CROSS JOIN LATERAL (
            VALUES ('voice', true), ('rated', sentiment <> ''), ('complaint', sentiment = 'negative')
        ) kinds (kind, is_one)
        WHERE is_one AND NOT (SELECT day_only FROM monitoring_post post WHERE post.id = post_id)
    ), begun AS (
        SELECT *, posted_at - lag(posted_at) OVER own < '1 hour' AS goes_on
        FROM spoken
        WINDOW own AS (PARTITION BY kind, person, quarter ORDER BY posted_at, id)
    ), talked AS (
        SELECT *, floor(
            extract(epoch FROM posted_at - max(posted_at) FILTER (WHERE goes_on IS NOT TRUE) OVER own) / 3600
        ) AS hour
        FROM begun
        WINDOW own AS (PARTITION BY kind, person, quarter ORDER BY posted_at, id ROWS UNBOUNDED PRECEDING)
    ), heard AS (
        SELECT kind, date_bin(%(slot)s, posted_at, 'epoch'::timestamptz) AS begins_at,
            goes_on IS NOT TRUE OR hour <> lag(hour) OVER own AS counts
        FROM talked
        WINDOW own AS (PARTITION BY kind, person, quarter ORDER BY posted_at, id)
    ), counted AS (
        SELECT begins_at, count(*) FILTER (WHERE kind = 'voice') AS posts,
            count(*) FILTER (WHERE counts AND kind = 'voice') AS voices,
            count(*) FILTER (WHERE counts AND kind = 'rated') AS rated,
            count(*) FILTER (WHERE counts AND kind = 'complaint') AS complaints
        FROM heard WHERE begins_at >= %(first)s GROUP BY 1
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


def _end_of_quarter(moment: datetime) -> datetime:
    return datetime.fromtimestamp((moment.timestamp() // counting.QUARTER + 1) * counting.QUARTER, UTC)


@transaction.atomic
def recount(brand: Brand, first: datetime, last: datetime) -> list[datetime]:
    """Count anew after posts from `first` to `last` came, went or changed; the starts of the slots that differ now.

    What is stored and committed decides, so the order of changes does not matter. Waits for whoever counts the same
    brand: a post that is being stored meanwhile is counted by whoever stores it.
    """
    Brand.objects.select_for_update(no_key=True).get(pk=brand.pk)
    names: dict[str, Any] = {
        "brand": brand.pk,
        "first": slots.beginning(first),
        "end": _end_of_quarter(last),
        "slot": slots.LENGTH,
        "quarter": QUARTER,
    }
    with connection.cursor() as cursor:
        cursor.execute(COUNT, names)
        changed = sorted(row[0] for row in cursor.fetchall())
    if changed:
        earliest = Least(Coalesce("changed_from", changed[0]), Value(changed[0]))
        Listening.objects.filter(brand=brand, heard_to__gt=changed[0]).update(changed_from=earliest)
    return changed


def recount_import(run: ImportRun) -> None:
    """Count anew what an import brought, or has given back or to another brand."""
    for brand in brands_of(run).order_by("pk"):  # in one order for everybody, for each is locked
        if run.first_posted_at and run.last_posted_at:
            recount(brand, run.first_posted_at, run.last_posted_at)


def brands_of(run: ImportRun) -> QuerySet[Brand]:
    """Whose mentions it brought, and whose counts may still hold what it has given away."""
    has = Mention.objects.filter(run=run).order_by().values("brand")
    first, last = run.first_posted_at, run.last_posted_at
    if first is None or last is None:
        return Brand.objects.filter(pk__in=has)
    counted = VoiceCount.objects.filter(begins_at__range=(slots.beginning(first), last)).order_by()
    return Brand.objects.filter(Q(pk__in=has) | Q(pk__in=counted.values("brand")))
