"""How urgent a signal looks, from evidence beside the counts. Never a gate: low priority is raised, too."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from math import sqrt
from typing import NamedTuple

from monitoring.detection.brand import ANGRIER, Share
from monitoring.detection.copies import Copies, find_copies

COPIED = 0.15  # the share of the last hour's texts
COPIED_AT_LEAST = 3  # texts
CONVERSATION = 1.25  # posts per author in six hours: people in trouble write again
ASKING = 2.0  # standard deviations
RATED_AT_LEAST = 10  # voices, before their share makes a signal less urgent
_QUESTION = re.compile("[?？؟⸮]")


class Priority(StrEnum):
    LOW = "low"
    HIGH = "high"


class Reason(StrEnum):
    ANGRIER = "angrier"  # complaints are clearly a larger share than usual
    ASKING = "asking"  # questions are
    COPIES = "copies"  # it travels as copies of one text
    NO_ANGRIER = "no_angrier"  # complaints are no larger a share than usual
    NO_CONVERSATION = "no_conversation"  # hardly anybody writes a second time


class Questions(NamedTuple):
    """Posts that ask something in six hours, beside the week before."""

    asking: int
    posts: int
    usual: float

    @property
    def deviations(self) -> float:
        spread = sqrt(max(self.usual * (1 - self.usual), 0.01) * max(1, self.posts))
        return (self.asking - self.usual * self.posts) / spread


class Evidence(NamedTuple):
    copies: Copies
    posts: int  # of six hours
    authors: int
    questions: Questions | None = None  # None: no texts to compare with
    share: Share | None = None  # None: no sentiment, or too little of it

    @property
    def posts_per_author(self) -> float:
        return self.posts / self.authors if self.authors else 0.0


class Weighed(NamedTuple):
    priority: Priority
    reasons: tuple[Reason, ...]  # of either kind; `Evidence` has their numbers


def weigh(evidence: Evidence) -> Weighed:
    """What speaks for high priority outweighs what speaks for low; with neither it is high."""
    high = [Reason.ANGRIER] if evidence.share and evidence.share.deviations >= ANGRIER else []
    if evidence.questions and evidence.questions.deviations >= ASKING:
        high.append(Reason.ASKING)
    low = []
    if evidence.copies.largest >= COPIED_AT_LEAST and evidence.copies.share >= COPIED:
        low.append(Reason.COPIES)
    if evidence.share is not None and evidence.share.rated >= RATED_AT_LEAST:
        if evidence.share.deviations <= 0:
            low.append(Reason.NO_ANGRIER)
    elif evidence.authors and evidence.posts_per_author < CONVERSATION:
        low.append(Reason.NO_CONVERSATION)
    return Weighed(Priority.LOW if low and not high else Priority.HIGH, (*high, *low))


class Text(NamedTuple):
    author: str  # empty: unknown
    text: str


def evidence_of(
    hour: Sequence[Text], six_hours: Sequence[Text], week: Sequence[Text], share: Share | None = None
) -> Evidence:
    """Evidence from what others wrote before the end of a slot: the last hour, six hours, the week before those."""
    asking, asked = _asking(six_hours), _asking(week)
    named = {one.author for one in six_hours if one.author}
    return Evidence(
        copies=find_copies([one.text for one in hour]),
        posts=len(six_hours),
        authors=len(named) + sum(not one.author for one in six_hours),
        questions=Questions(asking, len(six_hours), asked / len(week)) if week else None,
        share=share,
    )


def _asking(texts: Sequence[Text]) -> int:
    return sum(bool(_QUESTION.search(one.text)) for one in texts)
