"""Writes a batch of rows: posts that are new, mentions of their brands, and sightings of what was there already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from monitoring.importing.rows import Row
from monitoring.one_at_a_time import lock_posts

TYPES = {
    "line": "integer",
    "brand_id": "bigint",
    "address_key": "uuid",
    "content_key": "uuid",
    "person": "bigint",
    "author_followers": "bigint",
    "is_brand_own": "boolean",
    "retweets": "bigint",
    "likes": "bigint",
    "replies": "bigint",
    "reach": "bigint",
    "posted_at": "timestamptz",
    "day_only": "boolean",
}
OF_THE_POST = (
    "address_key, content_key, platform, external_id, lang, author, author_followers, text, retweets, likes, replies,"
    " reach, url, flags, posted_at, day_only"
)

# Copied rows have no statistics, and the batch is small: the plans are good without.
ARRIVED = f"""
    CREATE TEMPORARY TABLE arrived (
        {", ".join(f"{name} {TYPES.get(name, 'text')} " for name in Row._fields)}, post_id bigint
    )
"""
COPY = f"COPY arrived ({', '.join(Row._fields)}) FROM STDIN"
# One of two rows of the same post gives no address.
SAME_BATCH = """
    UPDATE arrived SET address_key = other.address_key FROM arrived other
    WHERE arrived.address_key IS NULL AND other.address_key IS NOT NULL AND other.content_key = arrived.content_key
"""
# The same post again: by its address, else by its content where one of the two tools gave no address.
KNOWN_BY_ADDRESS = """
    UPDATE arrived SET post_id = post.id FROM monitoring_post post WHERE post.address_key = arrived.address_key
"""
KNOWN_BY_CONTENT = """
    UPDATE arrived SET post_id = post.id FROM monitoring_post post
    WHERE arrived.post_id IS NULL AND post.content_key = arrived.content_key
      AND (post.address_key IS NULL OR arrived.address_key IS NULL)
"""
# The first of them to say where a post can be read is believed, so that it is known by its address from now on.
ADDRESSED = """
    UPDATE monitoring_post post SET address_key = said.address_key, url = said.url, addressed_by_id = %(run)s
    FROM (SELECT DISTINCT ON (address_key) address_key, url, post_id FROM arrived
          WHERE address_key IS NOT NULL AND post_id IS NOT NULL ORDER BY address_key, line) said
    WHERE post.id = said.post_id AND post.address_key IS NULL
"""
NEW_POSTS = f"""
    WITH fresh AS (
        INSERT INTO monitoring_post ({OF_THE_POST})
        SELECT DISTINCT ON (coalesce(address_key, content_key)) {OF_THE_POST}
        FROM arrived WHERE post_id IS NULL ORDER BY coalesce(address_key, content_key), url = '', line
        RETURNING id, coalesce(address_key, content_key) AS key
    )
    UPDATE arrived SET post_id = fresh.id FROM fresh
    WHERE arrived.post_id IS NULL AND coalesce(arrived.address_key, arrived.content_key) = fresh.key
"""  # noqa: S608 - only names of our own columns
NEW_MENTIONS = """
    WITH stored AS (
        INSERT INTO monitoring_mention
            (brand_id, post_id, posted_at, person, is_brand_own, sentiment, sentiment_source, run_id, line)
        SELECT DISTINCT ON (post_id, brand_id)
            brand_id, post_id, posted_at, person, is_brand_own, sentiment, sentiment_source, %(run)s, line
        FROM arrived ORDER BY post_id, brand_id, line
        ON CONFLICT (post_id, brand_id) DO NOTHING
        RETURNING posted_at
    )
    SELECT count(*), min(posted_at), max(posted_at) FROM stored
"""
# What was there already may be judged now, so its time is looked at, too.
SPAN = """
    SELECT min(mention.posted_at), max(mention.posted_at)
    FROM arrived JOIN monitoring_mention mention USING (post_id, brand_id)
"""
# In the order of the lines: the oldest sighting that judges is the one that counts.
SIGHTINGS = """
    INSERT INTO monitoring_sighting (run_id, line, mention_id, sentiment, sentiment_source, has_address)
    SELECT %(run)s, arrived.line, mention.id, arrived.sentiment, arrived.sentiment_source,
        arrived.address_key IS NOT NULL
    FROM arrived JOIN monitoring_mention mention USING (post_id, brand_id)
    WHERE (mention.run_id, mention.line) IS DISTINCT FROM (%(run)s, arrived.line)
    ORDER BY arrived.line
"""
# What nobody had judged before is judged now.
JUDGED = """
    UPDATE monitoring_mention mention
    SET sentiment = said.sentiment, sentiment_source = said.sentiment_source, judged_by_id = %(run)s
    FROM (SELECT DISTINCT ON (post_id, brand_id) post_id, brand_id, sentiment, sentiment_source FROM arrived
          WHERE sentiment <> '' ORDER BY post_id, brand_id, line) said
    WHERE mention.post_id = said.post_id AND mention.brand_id = said.brand_id AND mention.sentiment = ''
"""


@dataclass(frozen=True)
class Stored:
    """How many mentions are new, and from when to when those of all rows were posted."""

    rows: int
    first_posted_at: datetime | None
    last_posted_at: datetime | None


def store(rows: Sequence[Row], *, run_id: int) -> Stored:
    """Store what is not there yet and note what is. Must run in a transaction; `line` is a row's own in the import."""
    if not rows:
        return Stored(0, None, None)
    lock_posts()
    with connection.cursor() as cursor:
        cursor.execute(ARRIVED)
        with cursor.copy(COPY) as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(SAME_BATCH)
        cursor.execute(KNOWN_BY_ADDRESS)
        cursor.execute(KNOWN_BY_CONTENT)
        cursor.execute(ADDRESSED, {"run": run_id})
        cursor.execute(NEW_POSTS)
        cursor.execute(NEW_MENTIONS, {"run": run_id})
        stored = Stored(*cursor.fetchone())
        if stored.rows < len(rows):
            cursor.execute(SIGHTINGS, {"run": run_id})
            cursor.execute(JUDGED, {"run": run_id})
            cursor.execute(SPAN)
            stored = Stored(stored.rows, *cursor.fetchone())
        cursor.execute("DROP TABLE arrived")
        return stored
