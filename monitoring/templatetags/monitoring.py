"""What the pages of imports show of JSON that a worker stored."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format

from monitoring.importing.meaning.fields import FIELDS
from monitoring.models import Sentiment

register = template.Library()


@register.simple_tag
def field_label(name: str) -> str:
    return str(FIELDS[name].label)


@register.simple_tag
def sentiment_label(value: str) -> str:
    return str(Sentiment(value).label)


@register.simple_tag
def iso_moment(value: str, day_only: bool = False) -> str:
    """A moment in ISO 8601, in the reader's zone; the day alone where only that is known."""
    moment = datetime.fromisoformat(value)
    if day_only:
        return date_format(moment, "DATE_FORMAT")
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT")
