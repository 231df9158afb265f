"""A revision as pages show it: each text as the post it will become, and how it differs from another revision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.errors import ActionRefused
from common.times import absolute
from incidents.models import Incident
from responses.content import Content, canonical
from responses.models import Account, Approval, Claim, Response, Revision, Stance
from responses.models.response import Audience


@dataclass(frozen=True)
class Card:
    """One text on one account; `before` is what it is compared with, None where there is nothing to compare."""

    account: Account
    account_name: str
    handle: str
    text: str
    media: list[dict[str, str]]
    count: int
    before: str | None = None
    is_new: bool = False

    @property
    def differs(self) -> bool:
        return self.before is not None and self.before != self.text

    @property
    def is_too_long(self) -> bool:
        return self.account.text_limit is not None and self.count > self.account.text_limit


@dataclass(frozen=True)
class Cited:
    claim: Claim
    stance: str
    is_sound: bool  # does the verdict bear what the text makes of the claim?


@dataclass(frozen=True)
class Comparison:
    """Two revisions: the cards of the newer one, accounts that fell away, and every other thing that changed."""

    cards: list[Card]
    dropped: list[Card] = field(default_factory=list)
    changes: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def is_same(self) -> bool:
        return not (self.dropped or self.changes or any(card.differs or card.is_new for card in self.cards))


def cards_of(revision: Revision, against: Revision | None = None) -> list[Card]:
    """The texts of `revision`, account by account, compared with those of `against`."""
    return compared(revision.content, against.content if against else None).cards


def compared(content: Mapping[str, Any], against: Mapping[str, Any] | None) -> Comparison:
    """Two contents side by side, as they are stored in revisions."""
    old = {item["account"]: item for item in against["renditions"]} if against else {}
    new = {item["account"]: item for item in content["renditions"]}
    accounts = Account.objects.in_bulk([*old, *new])
    cards = [
        _card(
            item,
            accounts[pk],
            before=old[pk]["text"] if pk in old else None,
            is_new=bool(against) and pk not in old,
        )
        for pk, item in new.items()
    ]
    dropped = [_card(item, accounts[pk]) for pk, item in old.items() if pk not in new]
    return Comparison(cards, dropped, _other_changes(content, against) if against else [])


def _card(item: Mapping[str, Any], account: Account, before: str | None = None, is_new: bool = False) -> Card:
    is_unchanged = account.full_name == item["account_name"]
    return Card(
        account=account,
        account_name=account.name if is_unchanged else item["account_name"],
        handle=account.handle if is_unchanged else "",
        text=item["text"],
        media=item["media"],
        count=account.length(item["text"]),
        before=before,
        is_new=is_new,
    )


def _other_changes(content: Mapping[str, Any], against: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    labels = {
        "audience": _("audience"),
        "scheduled_for": _("do not publish before"),
        "next_update_by": _("next update by"),
        "no_update_reason": _("why no further update is planned"),
    }
    return [
        (str(label), _shown(name, against.get(name)), _shown(name, content.get(name)))
        for name, label in labels.items()
        if content.get(name) != against.get(name)
    ]


def compared_as_typed(mine: Content, incident: Incident, theirs: Mapping[str, Any]) -> Comparison | None:
    """What a writer typed beside what somebody else saved; None while it could not be saved as it stands."""
    try:
        return compared(canonical(mine, incident), theirs)
    except ActionRefused:
        return None


def _shown(name: str, value: Any) -> str:
    if name == "audience":
        return str(Audience(value).label)
    if isinstance(value, str):
        return value
    return absolute(value) if value else gettext("none")


def cited_by(revision: Revision) -> list[Cited]:
    """The claims that a revision cites, with what it makes of each."""
    claims = Claim.objects.in_bulk([item["claim"] for item in revision.citations])
    found = []
    for item in revision.citations:
        claim = claims[item["claim"]]
        sound = {
            Stance.FACT: claim.verdict == "true",
            Stance.REFUTED: claim.verdict in ("false", "misleading"),
            Stance.MENTIONED: True,
        }[Stance(item["stance"])]
        found.append(Cited(claim, str(Stance(item["stance"]).label), sound))
    return found


def compared_with(response: Response) -> tuple[Revision | None, bool]:
    """What the current revision is best compared with: the last approved words, else the revision before it.

    The flag says whether those words had been approved.
    """
    earlier = [revision for revision in response.revisions.all() if revision != response.current]
    approved = set(
        Approval.objects.filter(revision__in=earlier, decision="approved").values_list(
            "revision_id", flat=True
        )
    )
    for revision in earlier:  # newest first
        if revision.pk in approved:
            return revision, True
    return (earlier[0], False) if earlier else (None, False)
