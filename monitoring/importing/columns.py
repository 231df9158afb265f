"""Which column holds what, by the names in the first line. Other tools' names for the same things count too."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.utils.translation import gettext as _

from monitoring.importing.faults import FileFault

# The first name of each is the one to use; the others are what the platforms' and tools' own exports say.
NAMES: dict[str, tuple[str, ...]] = {
    "id": ("id", "external_id", "post_id", "tweet_id", "status_id", "message_id", "mention_id"),
    "created_at": (
        "created_at",
        "posted_at",
        "published_at",
        "date",
        "datetime",
        "timestamp",
        "time",
        "tweet_created",
    ),
    "text": ("text", "content", "body", "message", "full_text", "post", "snippet"),
    "brand": ("brand", "airline", "company", "account_mentioned"),
    "source": ("source_id", "numbered_by"),
    "platform": ("platform", "network", "channel", "source"),
    "lang": ("lang", "language"),
    "author": ("author", "author_name", "username", "user", "screen_name", "handle", "name"),
    "author_followers": ("author_followers", "followers", "followers_count"),
    "is_brand_own": ("is_brand_own", "own", "from_brand"),
    "sentiment": ("sentiment", "tone", "polarity", "airline_sentiment"),
    "sentiment_source": ("sentiment_source", "sentiment_by"),
    "retweets": ("retweets", "retweet_count", "shares", "reshares", "reblogs"),
    "likes": ("likes", "like_count", "favourites", "favorites", "favorite_count"),
    "replies": ("replies", "reply_count", "comments"),
    "url": ("url", "link", "permalink", "address"),
    "flags": ("flags", "tags", "labels"),
}
FIELDS = {name: field for field, names in NAMES.items() for name in names}
REQUIRED = ("created_at", "text")


def _plain(name: str) -> str:
    return re.sub(r"[\s\-]+", "_", name.strip().casefold())


def count_known(names: Sequence[str]) -> int:
    """How many different fields these names stand for."""
    return len({FIELDS[plain] for name in names if (plain := _plain(name)) in FIELDS})


def find(header: Sequence[str]) -> dict[str, int]:
    """Field → position. Of several names for a field the first in its list wins.

    Raises FileFault, naming what is missing and what was found.
    """
    positions: dict[str, int] = {}
    for position, name in enumerate(header):
        positions.setdefault(_plain(name), position)
    columns = {
        field: next(positions[name] for name in names if name in positions)
        for field, names in NAMES.items()
        if any(name in positions for name in names)
    }
    missing = [field for field in REQUIRED if field not in columns]
    if "id" not in columns and "url" not in columns:
        missing.insert(0, "id")
    if missing:
        raise FileFault(
            _(
                "Missing columns: %(missing)s. The first line names: %(found)s. Rename the columns in the first line "
                "and try again."
            )
            % {"missing": ", ".join(missing), "found": ", ".join(name[:40] for name in header[:30])}
        )
    return columns
