"""When something was posted: cells of dates in any shape become moments."""

from monitoring.importing.meaning.moments.moments import (
    Moment,
    Moments,
    has_time,
    is_half_of_day,
    not_understood,
    with_zone,
    zone_key,
)
from monitoring.importing.meaning.moments.survey import MomentSurvey

__all__ = [
    "Moment",
    "MomentSurvey",
    "Moments",
    "has_time",
    "is_half_of_day",
    "not_understood",
    "with_zone",
    "zone_key",
]
