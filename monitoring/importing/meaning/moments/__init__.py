"""When something was posted: cells of dates in any shape become moments."""

from monitoring.importing.meaning.moments.moments import Moment, Moments, with_zone, zone_key
from monitoring.importing.meaning.moments.survey import MomentSurvey

__all__ = ["Moment", "MomentSurvey", "Moments", "with_zone", "zone_key"]
