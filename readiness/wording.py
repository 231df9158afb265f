"""Spans and gaps of the roster in words, in the reader's language and zone."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from readiness.roster import RoleDuty
from readiness.spans import Span


def span_in_words(span: Span) -> str:
    """For example "Sat 21 Nov, 22:00 to Sun 22 Nov, 08:00 (Europe/Istanbul)"."""
    # Translators: date format of a weekday with time, see Django's "date" template filter
    pattern = pgettext("date format", "D j M, H:i")
    start, end = (date_format(timezone.localtime(moment), pattern) for moment in (span.start, span.end))
    return _("%(start)s to %(end)s (%(zone)s)") % {
        "start": start,
        "end": end,
        "zone": timezone.get_current_timezone_name(),
    }


@dataclass(frozen=True)
class GapInWords:
    text: str
    path: str  # where it is filled


def gaps_in_words(row: RoleDuty) -> list[GapInWords]:
    """Every gap of one role, in order."""
    path = reverse("readiness:new_shift")
    return [
        GapInWords(
            gap_in_words(row, gap), f"{path}?{urlencode({'role': row.role, 'from': gap.start.isoformat()})}"
        )
        for gap in row.gaps
    ]


def gap_in_words(row: RoleDuty, gap: Span) -> str:
    return _("Nobody on duty for %(role)s from %(span)s") % {
        "role": row.role.label,
        "span": span_in_words(gap),
    }
