"""The arithmetic of a judgement as data: a code for the sentence and its numbers. The sentences stand elsewhere."""

from __future__ import annotations

from typing import Any

from monitoring.detection.brand import Kind
from monitoring.detection.detector import Basis, Judgement


def arithmetic(kind: Kind, judgement: Judgement) -> dict[str, Any]:
    """Enough to say: "93 people in 6 hours instead of 61, 18 in the last hour instead of 9. Swell 0.28; the limit, from
    this brand's own strongest days, is 0.24."
    """
    _, quarter, hour, six_hours = judgement.counts
    numbers: dict[str, Any] = {
        "code": f"{kind}.{judgement.basis}",
        "step": judgement.step and str(judgement.step),
        "reasons": list(judgement.reasons),
        "quarter": quarter,
        "hour": hour,
        "six_hours": six_hours,
    }
    if judgement.basis in (Basis.UNKNOWN, Basis.LEARNING) or judgement.usual is None:
        return numbers
    _, usual_quarter, usual_hour, usual_six_hours = judgement.usual
    numbers |= {
        "usual_quarter": usual_quarter,
        "usual_hour": usual_hour,
        "usual_six_hours": usual_six_hours,
        "past_days": judgement.past_days,
        "flash": judgement.flash,
        "flash_limit": judgement.flash_limit,
        "swell": judgement.swell,
        "swell_limit": judgement.swell_limit,
    }
    if judgement.basis is Basis.WHOLE_DAY:
        numbers |= {"day": judgement.day, "day_limit": judgement.day_limit}
    return numbers
