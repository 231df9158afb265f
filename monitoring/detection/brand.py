"""One brand: its voices, and its complaints as a second stream.

A crisis that takes the place of ordinary talk does not make a brand louder, only angrier; so complaints have a detector
of their own. They rise with every joke as well, therefore they count only where their share of the rated voices is
clearly above the brand's own of the past week.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from math import sqrt
from typing import Any, NamedTuple

from monitoring.detection.counting import Counts
from monitoring.detection.detector import Detector, Judgement, Sensitivity
from monitoring.detection.history import LONGEST, PAST_DAYS, History
from monitoring.detection.limits import USUAL, Tuning
from monitoring.detection.slots import DAY, HOUR

ANGRIER = 2.0  # standard deviations
RATED_AT_LEAST = 50  # voices of the past week, before their share says anything


class Kind(StrEnum):
    VOLUME = "volume"
    COMPLAINTS = "complaints"


class Share(NamedTuple):
    """Complaints among the rated voices of some hours, beside the brand's own past."""

    complaints: int
    rated: int
    usual: float
    deviations: float  # how many standard deviations above usual


class Heard(NamedTuple):
    """What one slot says about a brand."""

    slot: int
    volume: Judgement | None = None  # None: judged again for its complaints alone
    complaints: Judgement | None = None  # None: no post has a sentiment
    share: Share | None = None  # None: nothing is to be said, or too few rated voices

    @property
    def judged(self) -> list[tuple[Kind, Judgement]]:
        both = ((Kind.VOLUME, self.volume), (Kind.COMPLAINTS, self.complaints))
        return [(kind, judgement) for kind, judgement in both if judgement is not None]

    @property
    def unusual(self) -> list[tuple[Kind, Judgement]]:
        """What is above its limit, said already or not."""
        return [(kind, judgement) for kind, judgement in self.judged if judgement.reasons]

    @property
    def said(self) -> list[tuple[Kind, Judgement]]:
        """What there is to say, if anything."""
        return [(kind, judgement) for kind, judgement in self.judged if judgement.step]


class BrandDetector:
    def __init__(
        self, first: int, sensitivity: Sensitivity = Sensitivity.NORMAL, tuning: Tuning = USUAL
    ) -> None:
        self.volume = Detector(first, sensitivity, tuning)
        self.complaints = Detector(first, sensitivity, tuning, allows=self._is_angrier)
        self.rated = History(first)

    def advance(self, counts: Counts | None) -> Heard:
        """The next slot; None where nobody collected."""
        self.rated.append(counts and counts.rated)
        volume = self.volume.advance(counts and counts.voices)
        complaints = self.complaints.advance(counts and counts.complaints)
        return self._heard(volume.slot, volume, complaints)

    def correct(self, changes: Mapping[int, Counts | None]) -> list[Heard]:
        """Late posts: other counts for past slots. What was said stays said; something new may be said about them."""
        self.rated.correct({slot: counts and counts.rated for slot, counts in changes.items()})
        volume = self.volume.correct({slot: counts and counts.voices for slot, counts in changes.items()})
        complaints = self.complaints.correct(
            {slot: counts and counts.complaints for slot, counts in changes.items()}
        )
        loud = {judgement.slot: judgement for judgement in volume}
        angry = {judgement.slot: judgement for judgement in complaints}
        return [self._heard(slot, loud.get(slot), angry.get(slot)) for slot in sorted(loud | angry)]

    def _heard(self, slot: int, volume: Judgement | None, complaints: Judgement | None) -> Heard:
        if self.rated.began is None:
            complaints = None
        heard = Heard(slot, volume, complaints)
        return heard._replace(share=self.share(slot)) if heard.said else heard

    def history_of(self, kind: Kind) -> History:
        return (self.volume if kind is Kind.VOLUME else self.complaints).history

    def share(self, slot: int) -> Share | None:
        """The clearest of the hour and the six hours before the end of a slot, against the seven days before them."""
        end = slot - self.rated.first + 1
        shares = [self._share_of(end, window) for window in (HOUR, LONGEST)]
        return max((share for share in shares if share), key=lambda share: share.deviations, default=None)

    def _share_of(self, end: int, window: int) -> Share | None:
        before = end - window
        if before <= 0:
            return None
        rated, rated_before = self.rated.total(end, window), self.rated.total(before, PAST_DAYS * DAY)
        if not rated or rated_before < RATED_AT_LEAST:
            return None
        history = self.complaints.history
        complaints = history.total(end, window)
        usual = (history.total(before, PAST_DAYS * DAY) + 1) / (rated_before + 2)
        spread = sqrt(usual * (1 - usual) * rated * (1 + rated / rated_before))
        return Share(complaints, rated, usual, (complaints - usual * rated) / spread)

    def _is_angrier(self, slot: int) -> bool:
        share = self.share(slot)
        return share is not None and share.deviations >= ANGRIER

    def to_json(self) -> dict[str, Any]:
        """All that the next slot hangs on, for `json.dumps`."""
        return {
            "volume": self.volume.to_json(),
            "complaints": self.complaints.to_json(),
            "rated": self.rated.to_json(),
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> BrandDetector:
        brand = cls(0)
        brand.volume = Detector.from_json(kept["volume"])
        brand.complaints = Detector.from_json(kept["complaints"], allows=brand._is_angrier)
        brand.rated = History(**kept["rated"])
        return brand
