"""The severity score: seven inputs, 0 to 3 each, weighted and summed (at most 36), and the floors.

Weights and thresholds are this product's defaults; "in doubt choose the higher level" follows PagerDuty's
incident-response guide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from common.levels import Level

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True)
class Input:
    code: str
    label: StrPromise
    weight: int
    scale: tuple[StrPromise, StrPromise, StrPromise, StrPromise]  # what 0, 1, 2 and 3 mean


INPUTS = (
    Input(
        "reach",
        _("Reach, as a share of our own followers (%)"),
        2,
        (_("under 1 %"), _("at least 1 %"), _("at least 10 %"), _("at least 100 %")),
    ),
    Input(
        "velocity",
        _("Velocity, times the usual volume"),
        2,
        (_("under 2×"), _("2× or more"), _("5× or more"), _("10× or more")),
    ),
    Input(
        "sentiment_fall",
        _("Drop in net sentiment (points)"),
        1,
        (_("under 10"), _("10 or more"), _("25 or more"), _("40 or more")),
    ),
    Input(
        "media", _("Media"), 2, (_("none"), _("local or niche"), _("national"), _("many or international"))
    ),
    Input(
        "influencers",
        _("Influencers, by followers"),
        1,
        (_("none"), _("any"), _("50,000 or more"), _("500,000 or more, or a public figure")),
    ),
    Input(
        "safety_legal",
        _("Safety and law"),
        3,
        (
            _("none"),
            _("contract"),
            _("regulator, intellectual property, privacy"),
            _("injury, data breach, crime"),
        ),
    ),
    Input(
        "topic",
        _("Topic"),
        1,
        (_("routine"), _("values"), _("labour, politics"), _("children, discrimination, disaster")),
    ),
)
LOWEST_SCORE = {Level.L1: 22, Level.L2: 14, Level.L3: 7, Level.L4: 0}
UNKNOWN_COUNTS_AS = 1


@dataclass(frozen=True)
class Rating:
    total: int
    level: Level
    unknown: tuple[str, ...]  # codes of inputs that nobody could answer
    floor: str | StrPromise = ""  # why the level is graver than the sum alone would say


def rate(scores: Mapping[str, int | None], *, account_control_lost: bool = False) -> Rating:
    """The level that the scores give. A missing or None score is unknown: it counts 1 and is named.

    Raises ValueError for a score outside 0 to 3.
    """
    unknown = tuple(item.code for item in INPUTS if scores.get(item.code) is None)
    total = 0
    for item in INPUTS:
        score = scores.get(item.code)
        if score is not None and score not in (0, 1, 2, 3):
            raise ValueError(f"{item.code}: a score is 0, 1, 2 or 3")
        total += item.weight * (UNKNOWN_COUNTS_AS if score is None else score)
    level = next(level for level in Level if total >= LOWEST_SCORE[level])
    if account_control_lost and level > Level.L1:
        return Rating(total, Level.L1, unknown, _("control of an account is lost: at least L1"))
    if scores.get("safety_legal") == 3 and level > Level.L1:
        return Rating(total, Level.L1, unknown, _("injury, data breach or crime: at least L1"))
    if scores.get("media") == 3 and level > Level.L2:
        return Rating(total, Level.L2, unknown, _("many or international media: at least L2"))
    return Rating(total, level, unknown)
