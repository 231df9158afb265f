"""How moments and deadlines are said: relative first, absolute in the reader's zone beside it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_timedelta
from django.core.exceptions import ValidationError
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from common.errors import Invalid

# When a running deadline asks for attention. The same limits are in static/js/desk.js.
SOON = timedelta(minutes=15)
NOW = timedelta(minutes=5)
# So long ago may a due time lie that somebody types as “now”.
WHILE_TYPING = timedelta(minutes=5)
# A moment at the end of the calendar cannot be shown in another zone: it would break every page that names it.
FIRST_MOMENT, LAST_MOMENT = datetime(1990, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def validate_moment(moment: datetime) -> None:
    """Raises ValidationError for a moment that nobody can mean."""
    if not FIRST_MOMENT <= moment < LAST_MOMENT:
        raise ValidationError(_("Give a year between 1990 and 2199."))


def validate_day(day: date) -> None:
    """Raises ValidationError for a day that nobody can mean: neither it nor its end could be shown in every zone."""
    if not FIRST_MOMENT.date() <= day < LAST_MOMENT.date():
        raise ValidationError(_("Give a year between 1990 and 2199."))


def require_to_come(moment: datetime | None, field: str) -> None:
    """Raises Invalid, beside `field`, for a due time that has passed before anybody could keep it."""
    if moment and moment < timezone.now() - WHILE_TYPING:
        raise Invalid(_("This time has passed already. Choose one that is still to come."), field=field)


def absolute(moment: datetime) -> str:
    """For example "20 Nov 2026, 11:25 Europe/Istanbul": always with the zone."""
    local = timezone.localtime(moment)
    # Translators: date format, see Django's "date" template filter
    text = date_format(local, pgettext("date format", "j M Y, H:i"))
    return f"{text} {getattr(local.tzinfo, 'key', None) or local.tzname()}"


def day(moment: datetime) -> str:
    """A day of which no time is known, for example "20 Nov 2026": the same in every zone."""
    # Translators: date format, see Django's "date" template filter
    return date_format(moment, pgettext("date format", "j M Y"))


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The midnight with which `day` ends in `zone`."""
    return datetime.combine(day + timedelta(days=1), time(), zone)


def relative(moment: datetime, now: datetime | None = None) -> str:
    """For example "3 min. ago" or "in 2 hr."; within a minute "just now" or "in a moment"."""
    delta = moment - (now or timezone.now())
    if abs(delta) < timedelta(minutes=1):
        return gettext("in a moment") if delta > timedelta() else gettext("just now")
    locale = translation.to_locale(translation.get_language() or "en")
    return format_timedelta(
        delta, granularity="minute", threshold=1.5, add_direction=True, format="short", locale=locale
    )


def countdown_words() -> dict[str, str]:
    """The words that a ticking countdown is made of; the page hands them to desk.js."""
    return {
        "left": gettext("{time} left"),
        "overdue": gettext("overdue by {time}"),
        "d": pgettext("unit of time, days", "d"),
        "h": pgettext("unit of time, hours", "h"),
        "min": pgettext("unit of time, minutes", "min"),
        "s": pgettext("unit of time, seconds", "s"),
        "now": gettext("just now"),
        "soon": gettext("in a moment"),
        "live": gettext("live"),
        "reconnecting": gettext("reconnecting"),
    }


def _duration(seconds: int, words: dict[str, str]) -> str:
    minutes, hours = seconds // 60, seconds // 3600
    if hours >= 48:
        return f"{hours // 24} {words['d']} {hours % 24} {words['h']}"
    if hours:
        return f"{hours} {words['h']} {minutes % 60:02} {words['min']}"
    return f"{minutes} {words['min']}" if minutes else f"{seconds} {words['s']}"


@dataclass(frozen=True)
class Countdown:
    text: str
    urgency: str  # calm, soon, now or overdue


def countdown_to(due_at: datetime, now: datetime | None = None) -> Countdown:
    """What is left until `due_at`: m:ss below an hour, "2 h 05 min" above, "overdue by 4 min" after it."""
    left = due_at - (now or timezone.now())
    seconds = int(left.total_seconds())
    words = countdown_words()
    if left <= timedelta(0):
        return Countdown(words["overdue"].format(time=_duration(-seconds, words)), "overdue")
    time = f"{seconds // 60}:{seconds % 60:02}" if seconds < 3600 else _duration(seconds, words)
    urgency = "now" if left <= NOW else "soon" if left <= SOON else "calm"
    return Countdown(words["left"].format(time=time), urgency)
