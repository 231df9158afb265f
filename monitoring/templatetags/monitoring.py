"""What the pages of imports show of JSON that a worker stored."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import ngettext

from common.times import absolute, day
from monitoring.importing.meaning.fields import FIELDS
from monitoring.models import ImportRun, Sentiment

register = template.Library()


@register.simple_tag
def field_label(name: str) -> str:
    return str(FIELDS[name].label)


@register.simple_tag
def sentiment_label(value: str) -> str:
    return str(Sentiment(value).label)


@register.simple_tag
def days_in_words(days: int) -> str:
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}


@register.simple_tag
def stored_rows(run: ImportRun, still_there: dict[int, int]) -> str:
    """What an import stored; of one that was undone, what of it is still there."""
    return str(intcomma(still_there.get(run.pk, run.rows_stored)))


@register.simple_tag
def iso_moment(value: str, day_only: bool = False) -> str:
    """A moment in ISO 8601, with the reader's zone; the day alone where only that is known."""
    moment = datetime.fromisoformat(value)
    return day(moment) if day_only else absolute(moment)
