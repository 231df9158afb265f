"""Deliveries as a message, in the words, language and zone of whoever gets it."""

from __future__ import annotations

import logging
import uuid
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.times import absolute
from journal.models import Entry, Urgency
from notifications.channels.message import Message
from notifications.leasing import precedence
from notifications.models import Delivery
from people.models import User

logger = logging.getLogger(__name__)

MOST_NAMES = 6
CHAT_CHARACTERS = 1500  # below the limit of every chat service, so that one message stays one
SMS_CHARACTERS = 300
SUBJECT_CHARACTERS = 200


@dataclass(frozen=True)
class Button:
    """What it says, where it leads, and the code to type there (mail scanners follow links, too)."""

    label: str
    url: str
    code: str = ""


# The button for an entry in a message to a person, such as “Acknowledge”; None where there is nothing to do
Offer = Callable[[Entry, User], Button | None]
# Apps further up offer them.
_offers: list[Offer] = []


@dataclass(frozen=True)
class Item:
    """One journal entry as it stands in a message."""

    level: int | None
    headline: str
    at: str
    due: str  # when what was missed should have happened
    audience: str
    to_do: str  # for the first, and for every alert
    url: str
    link: Button | None


def compose(rows: list[Delivery], *, possible_repeat: bool) -> Message:
    """One message of everything in `rows`: alerts and what is urgent first. The first row given is its identity."""
    lead, rows = rows[0], sorted(rows, key=lambda row: precedence(row.entry))
    first = rows[0].entry
    person = lead.person
    zone = zoneinfo.ZoneInfo(person.time_zone)
    names = _names(rows)
    with translation.override(person.language), timezone.override(zone):
        items = [_item(row.entry, person, names, is_first=row.entry == first) for row in rows]
        context = {
            "person": person,
            "items": items,
            "first": items[0],
            "more": len(items) - 1,
            "is_digest": lead.is_digest,
            "possible_repeat": possible_repeat,
            "inbox": f"{settings.SITE_URL}/notifications/",
        }
        return Message(
            key=lead.message_key,
            message_id=lead.message_id,
            thread=f"<{uuid.uuid5(uuid.NAMESPACE_URL, first.stream_id)}@crisis-desk>",
            subject=_subject(items, is_digest=lead.is_digest),
            text=render_to_string("notifications/email.txt", context),
            html=render_to_string("notifications/email.html", context),
            short=_short(items, possible_repeat),
            sms=_sms(items),
            event=_event(rows, items, possible_repeat),
        )


def _names(rows: list[Delivery]) -> dict[int, str]:
    ids = {person_id for row in rows for person_id in row.entry.audience[: MOST_NAMES + 1]}
    return {person.pk: str(person) for person in User.objects.filter(pk__in=ids)}


def _item(entry: Entry, person: User, names: dict[int, str], *, is_first: bool) -> Item:
    audience = [names[pk] for pk in entry.audience[:MOST_NAMES] if pk in names]
    if len(entry.audience) > MOST_NAMES:
        more = len(entry.audience) - MOST_NAMES
        audience.append(ngettext("%(n)d more", "%(n)d more", more) % {"n": more})
    due = parse_datetime(str(entry.data.get("target_at") or ""))
    return Item(
        level=entry.data.get("level"),
        headline=_one_line(entry.headline),
        at=absolute(entry.at),
        due=absolute(due) if due else "",
        audience=_one_line(", ".join(audience)),
        to_do=_to_do(entry) if is_first or entry.alert_of else "",
        url=f"{settings.SITE_URL}{entry.path}",
        link=button_for(entry, person),
    )


def add_button(offer: Offer) -> None:
    if offer not in _offers:
        _offers.append(offer)


def button_for(entry: Entry, person: User) -> Button | None:
    """The first that is offered. A broken offer costs the button, never the message."""
    for offer in _offers:
        try:
            with transaction.atomic():
                button = offer(entry, person)
        except Exception:
            logger.exception("no button for entry %s", entry.pk)
            continue
        if button:
            return button
    return None


def _to_do(entry: Entry) -> str:
    if entry.data.get("everyone"):
        return _("Look at it now. Everybody alerted must acknowledge.")
    if entry.urgency == Urgency.NOW:
        return _("Look at it now. Acting on it stops further alerts.")
    if entry.urgency == Urgency.SOON:
        return _("Look at it soon.")
    return _("Nothing: this is for your information.")


def _subject(items: list[Item], *, is_digest: bool) -> str:
    """One line only: a title must not be able to add headers."""
    first, more = items[0], len(items) - 1
    levels = [item.level for item in items if item.level]
    text = f"[L{min(levels)}] {first.headline}" if levels else first.headline
    if is_digest and more:
        text = _("%(n)d messages, the most urgent: %(first)s") % {"n": len(items), "first": text}
    elif more:
        tail = ngettext("and %(n)d more", "and %(n)d more", more) % {"n": more}
        text = f"{_cut(_one_line(text), SUBJECT_CHARACTERS - len(tail) - 3)} ({tail})"
    return _cut(_one_line(text), SUBJECT_CHARACTERS)


def _cut(text: str, most: int) -> str:
    """At most so many characters, ending with a whole word unless that one is endless."""
    if len(text) <= most:
        return text
    whole = text[:most].rpartition(" ")[0]
    return f"{whole if len(whole) > most // 2 else text[: most - 1]}…"


def _one_line(text: str) -> str:
    """Neither a title nor a name can look like a line of ours."""
    return " ".join(text.split())


def _action(item: Item) -> str:
    """Address and code of what can be done, and of the thing itself."""
    lines = [f"{_('Open:')} {item.url}"]
    if item.link:
        code = " " + _("(code %(code)s)") % {"code": item.link.code} if item.link.code else ""
        lines.insert(0, f"{item.link.label}: {item.link.url}{code}")
    return "\n".join(lines)


def _short(items: list[Item], possible_repeat: bool) -> str:
    blocks = [_("Possible repeat.")] if possible_repeat else []
    for number, item in enumerate(items):
        block = f"{item.headline}\n{item.at}\n{_action(item)}" if number else f"{item.at}\n{_action(item)}"
        if sum(map(len, blocks)) + len(block) > CHAT_CHARACTERS:
            left = len(items) - number
            blocks.append(ngettext("and %(n)d more", "and %(n)d more", left) % {"n": left})
            break
        blocks.append(block)
    return "\n\n".join(blocks)


def _sms(items: list[Item]) -> str:
    tail = "\n" + _action(items[0]).splitlines()[0]
    return _cut(_subject(items, is_digest=False), SMS_CHARACTERS - len(tail)) + tail


def _event(rows: list[Delivery], items: list[Item], possible_repeat: bool) -> dict[str, object]:
    return {
        "type": rows[0].entry.kind,
        "timestamp": rows[0].entry.at,
        "data": {
            "possible_repeat": possible_repeat,
            "entries": [
                {
                    "id": row.entry_id,
                    "kind": row.entry.kind,
                    "at": row.entry.at,
                    "level": item.level,
                    "urgency": row.entry.urgency,
                    "headline": item.headline,
                    "url": item.url,
                    "link": {"label": item.link.label, "url": item.link.url, "code": item.link.code}
                    if item.link
                    else None,
                }
                for row, item in zip(rows, items, strict=True)
            ],
        },
    }


def code_message(person: User, code: str, key: str) -> Message:
    """The test message by which a contact point is verified."""
    with translation.override(person.language):
        subject = _("Crisis Desk: your code is %(code)s") % {"code": code}
        text = _(
            "Type the code %(code)s on the page from which you had it sent. It is valid for 15 minutes. If you did "
            "not ask for it, tell an administrator."
        ) % {"code": code}
    return Message(
        key=key,
        message_id=f"<{uuid.uuid5(uuid.NAMESPACE_URL, key)}@crisis-desk>",
        thread=f"<{uuid.uuid5(uuid.NAMESPACE_URL, key)}@crisis-desk>",
        subject=subject,
        text=text,
        html=render_to_string(
            "notifications/code.html", {"person": person, "subject": subject, "text": text}
        ),
        short=text,
        sms=subject,
        event={"type": "contact.code", "data": {"code": code}},
    )
