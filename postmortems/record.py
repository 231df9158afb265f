"""Reads the facts of an incident from the record: its own times, claims, responses, stakeholders, mentions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db.models import Count, F, Min, Q
from django.db.models.functions import TruncHour
from django.utils import timezone

from incidents.models import Incident
from journal.models import Entry
from monitoring.charts import Chart, volume_chart
from monitoring.figures import Tally, tally_of
from monitoring.models import Mention, Sentiment
from postmortems.figures import Facts, Hour, Known
from responses.models import Answer, CaseState, ClaimState, Publication

BEFORE = timedelta(days=7)
AFTER = timedelta(hours=24)
# An incident that stays open for months must not read a year of posts: the lowest hour lies near its onset.
LONGEST = timedelta(days=60)


def gather(incident: Incident) -> Facts:
    """The facts from which the figures are computed, in a fixed number of queries."""
    claims = incident.claims.aggregate(
        claims=Count("pk"),
        settled=Count("pk", filter=Q(state=ClaimState.SETTLED)),
        actionable=Count("pk", filter=~Q(answer=Answer.WATCH)),
        answered=Count(
            "pk", filter=~Q(answer=Answer.WATCH) & Q(state__in=[ClaimState.ANSWERED, ClaimState.SETTLED])
        ),
    )
    cases = incident.private_cases.aggregate(
        cases=Count("pk"), resolved=Count("pk", filter=Q(state=CaseState.RESOLVED))
    )
    notices = incident.stakeholder_notices.filter(due_at__isnull=False, skipped_reason="").aggregate(
        due=Count("pk"), on_time=Count("pk", filter=Q(notified_at__lte=F("due_at")))
    )
    approvals = incident.responses.only("submitted_at", "approved_at")
    first_published = Publication.objects.filter(response__incident=incident).aggregate(
        at=Min("published_at")
    )
    onset = min(incident.first_post_at or incident.detected_at, incident.detected_at)
    end = incident.resolved_at
    before = tally_of(incident.brand, onset - BEFORE, onset)
    after = tally_of(incident.brand, end, end + AFTER) if end else Tally()
    return Facts(
        detected_at=incident.detected_at,
        logged_at=incident.logged_at,
        first_post_at=incident.first_post_at,
        acknowledged_at=incident.acknowledged_at,
        resolved_at=incident.resolved_at,
        first_published_at=first_published["at"],
        silence_was_decided=bool(incident.no_response_reason),
        approvals=[
            (response.submitted_at, response.approved_at)
            for response in approvals
            if response.submitted_at and response.approved_at
        ],
        actionable=claims["actionable"] + cases["cases"],
        answered=claims["answered"] + cases["resolved"],
        claims=claims["claims"],
        claims_settled=claims["settled"],
        stakeholders_due=notices["due"],
        stakeholders_on_time=notices["on_time"],
        sentiment_before=before.net,
        sentiment_after=after.net,
        known_before=_known(before),
        known_open=_known(tally_of(incident.brand, onset, _end_of_open(incident, onset))),
        known_after=_known(after),
        after_is_partial=bool(end and end + AFTER > timezone.now()),
        hours=hours_open(incident, onset),
    )


def _known(tally: Tally) -> Known:
    return Known(tally.given, tally.estimated, tally.unknown)


def _end_of_open(incident: Incident, start: datetime) -> datetime:
    return min(incident.resolved_at or start + LONGEST, start + LONGEST)


def hours_open(incident: Incident, start: datetime) -> list[Hour]:
    """Rated posts by others per hour, from `start` until the stand-down."""
    end = _end_of_open(incident, start)
    rows = (
        Mention.objects.filter(brand=incident.brand_id, is_brand_own=False)
        .exclude(sentiment="")
        .between(start, end)
        # In UTC, so that the figure does not depend on the zone of whoever looks.
        .annotate(hour=TruncHour("posted_at", tzinfo=UTC))
        .values("hour")
        .annotate(
            positive=Count("pk", filter=Q(sentiment=Sentiment.POSITIVE)),
            neutral=Count("pk", filter=Q(sentiment=Sentiment.NEUTRAL)),
            negative=Count("pk", filter=Q(sentiment=Sentiment.NEGATIVE)),
        )
        .order_by("hour")
    )
    return [Hour(row["hour"], row["positive"], row["neutral"], row["negative"]) for row in rows]


def curve(incident: Incident) -> Chart | None:
    """How fast and how strongly it spread, from a day before the first post; None where nobody posted."""
    onset = min(incident.first_post_at or incident.detected_at, incident.detected_at)
    end = min(min(incident.resolved_at or timezone.now(), onset + LONGEST) + AFTER, timezone.now())
    mentions = Mention.objects.filter(brand=incident.brand_id)
    if not mentions.between(onset - AFTER, end).exists():
        return None
    return volume_chart(mentions, onset - AFTER, end, onset=incident.first_post_at)


def timeline(incident: Incident) -> list[Entry]:
    """The journal of the incident, oldest first, without the looking back itself."""
    entries = Entry.objects.filter(stream_id=incident.stream).select_related("actor")
    for own in ("postmortem.", "lesson.", "corrective_action."):
        entries = entries.exclude(kind__startswith=own)
    return list(entries.order_by("seq"))
