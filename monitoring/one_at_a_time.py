"""Who stores posts, moves them or takes them back does so alone: nobody finds a post that is about to go.

So does who estimates their sentiment.
"""

from __future__ import annotations

from django.db import connection

LOCK = 0x706F7374  # "post"
ESTIMATING = 0x6775657373  # "guess"


def lock_posts() -> None:
    """Wait for whoever is at it, and let nobody else until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def may_estimate() -> bool:
    """True for one at a time, until its transaction ends: two workers would estimate the same posts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [ESTIMATING])
        return bool(cursor.fetchone()[0])
