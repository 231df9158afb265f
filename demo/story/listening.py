"""The analyst imports what the listening tool found; the product's own spike rule looks at every import."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from demo.story.mentions import Post, as_csv
from demo.story.story import Story, Thread
from monitoring.actions import queue_upload
from monitoring.importing.run import carry_on

# Often during the outage, weekly in quiet times, often again while the video spreads (minutes before now).
OUTAGE_HOURS = (6.33, 12, 21.5, 56.5, 100)
QUIET_DAYS = (6, 1)
VIDEO_MINUTES = (39, 20, 11, 2)


def listen(story: Story, posts: Sequence[Post], outage_day: datetime) -> Thread:
    """Import `posts` (the oldest first) at these moments, each time what is new."""
    moments = [
        *(outage_day + timedelta(hours=hours) for hours in OUTAGE_HOURS),
        *(story.now - timedelta(days=days) for days in QUIET_DAYS),
        *(story.now - timedelta(minutes=minutes) for minutes in VIDEO_MINUTES),
    ]
    done = 0
    for moment in moments:
        yield moment
        until = moment.isoformat(timespec="seconds")
        new = [post for post in posts[done:] if post.created_at < until]
        done += len(new)
        file = SimpleUploadedFile(f"listening-{moment:%Y-%m-%d-%H%M}.csv", as_csv(new))
        run = queue_upload(actor=story.people["mert"], upload=file, brand=None, create_brands=False)
        carry_on(run.pk, slice_seconds=None)
