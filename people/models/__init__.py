"""Who belongs to the house and its brands, what the site lets them do, and who is on duty."""

from people.models.brands import Brand
from people.models.duty import DutyShift, Rotation, RotationException, RotationMember, on_duty
from people.models.users import (
    CrisisRole,
    SiteRole,
    User,
    UserManager,
    able_people,
    administrators,
    display_name,
    validate_time_zone,
)

__all__ = [
    "Brand",
    "CrisisRole",
    "DutyShift",
    "Rotation",
    "RotationException",
    "RotationMember",
    "SiteRole",
    "User",
    "UserManager",
    "able_people",
    "administrators",
    "display_name",
    "on_duty",
    "validate_time_zone",
]
