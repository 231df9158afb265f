"""Who stores posts, moves them or takes them back does so alone: nobody finds a post that is about to go."""

from __future__ import annotations

from django.db import connection

LOCK = 0x706F7374  # "post"


def lock_posts() -> None:
    """Wait for whoever is at it, and let nobody else until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
