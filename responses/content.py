"""What somebody wants to say, made fit to be stored: the one canonical form that is hashed and approved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from common.errors import Invalid
from common.text import tidy
from common.times import FIRST_MOMENT, LAST_MOMENT
from incidents.models import Incident
from responses.models import Account, Audience, Stance

LONGEST_REASON = 300
LONGEST_TEXT = 100_000  # characters; a bound for storage, the platform's own limit is far below


@dataclass(frozen=True)
class Content:
    """Texts and media by account id; citations are claim id → Stance. Times are aware."""

    texts: Mapping[int, str]
    media: Mapping[int, Iterable[Mapping[str, str]]] = field(default_factory=dict)
    audience: str = Audience.PUBLIC
    scheduled_for: datetime | None = None
    next_update_by: datetime | None = None
    no_update_reason: str = ""
    citations: Mapping[int, str] = field(default_factory=dict)


_check_address = URLValidator(schemes=["http", "https"])


def is_web_address(url: str) -> bool:
    """Whether `url` can be a link on a page: http or https, and no hidden characters in it."""
    try:
        _check_address(url)
    except ValidationError:
        return False
    return url.isprintable()


def clean_text(text: str) -> str:
    """Line ends as one character, no NUL, nothing before or after: two saves of the same words are the same."""
    return tidy(text.replace("\r\n", "\n").replace("\r", "\n"))


def require_plausible(moment: datetime | None, field: str) -> None:
    """Raises Invalid, beside `field`, for a time that nobody can mean (and that calendars cannot convert)."""
    if moment and not FIRST_MOMENT <= moment < LAST_MOMENT:
        raise Invalid(_("Give a year between 1990 and 2199."), field=field)


def canonical(content: Content, incident: Incident) -> dict[str, Any]:
    """The stored form of `content`. Raises Invalid when there is nothing to say or something that does not exist."""
    texts = {account: clean_text(text) for account, text in content.texts.items()}
    used = [account for account, text in texts.items() if text]
    if not used:
        raise Invalid(_("Write a text for at least one account."))
    accounts = {
        account.pk: account for account in Account.objects.filter(brand=incident.brand_id, is_active=True)
    }
    if set(used) - accounts.keys():
        raise Invalid(
            _("One of the accounts is not in use for this brand. Choose from the list and save again.")
        )
    if any(len(texts[account]) > LONGEST_TEXT for account in used):
        raise Invalid(_("This text is too long to be a statement. Shorten it to 100,000 characters."))
    if content.audience not in Audience.values:
        raise Invalid(_("Choose whom this is for."))
    require_plausible(content.scheduled_for, "scheduled_for")
    require_plausible(content.next_update_by, "next_update_by")
    reason = clean_text(content.no_update_reason)
    if reason and content.next_update_by:
        raise Invalid(
            _("Promise a next update, or say why none is planned; not both."), field="no_update_reason"
        )
    if len(reason) > LONGEST_REASON:
        raise Invalid(_("Give the reason in at most 300 characters."), field="no_update_reason")
    return {
        "renditions": [
            {
                "account": pk,
                "platform": accounts[pk].platform,
                "account_name": accounts[pk].full_name,
                "text": texts[pk],
                "media": _clean_media(content.media.get(pk, ()), f"media_{pk}"),
            }
            for pk in sorted(used)
        ],
        "audience": str(content.audience),
        "scheduled_for": content.scheduled_for,
        "next_update_by": content.next_update_by,
        "citations": _clean_citations(content.citations, incident),
        "no_update_reason": reason,
    }


def _clean_media(media: Iterable[Mapping[str, str]], field: str) -> list[dict[str, str]]:
    cleaned = []
    for item in media:
        url, alt = clean_text(item.get("url", "")), clean_text(item.get("alt", ""))
        if not url:
            continue
        if not is_web_address(url):
            raise Invalid(
                _("A picture or video is given by its https address: “%(url)s” is none.")
                % {"url": url[:200]},
                field=field,
            )
        if not alt:
            raise Invalid(_("Describe each picture in words, for those who cannot see it."), field=field)
        cleaned.append({"url": url, "alt": alt})
    return cleaned


def _clean_citations(citations: Mapping[int, str], incident: Incident) -> list[dict[str, Any]]:
    known = set(incident.claims.filter(pk__in=list(citations)).values_list("pk", flat=True))
    if set(citations) - known or set(citations.values()) - set(Stance.values):
        raise Invalid(
            _("A cited claim does not belong to this incident. Choose from the list and save again.")
        )
    return [{"claim": pk, "stance": str(citations[pk])} for pk in sorted(citations)]
