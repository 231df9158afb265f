"""Which records of a list are posts, and what of them: outboxes and messengers write down other events as well."""

from __future__ import annotations

from typing import Any

from django.utils.translation import ngettext

SERVICE = frozenset({"service", "system"})
SERVICE_SUBTYPES = ("channel_", "group_", "bot_add", "bot_remove", "pinned_item")
SHARED = frozenset({"Announce", "Like", "Follow", "Undo", "Delete", "Add", "Remove"})


def left_out_as(record: dict[str, Any]) -> str:
    """ "service" for joins and pins in a messenger, "shared" for what an outbox has of others; else nothing."""
    kind, subtype = record.get("type"), record.get("subtype")
    if isinstance(kind, str) and kind in SERVICE:
        return "service"
    if isinstance(subtype, str) and subtype.startswith(SERVICE_SUBTYPES):
        return "service"
    return "shared" if isinstance(kind, str) and kind in SHARED and "actor" in record else ""


def sentences(counts: dict[str, int]) -> list[str]:
    """What was left out, for the person."""
    found = []
    if count := counts.get("service", 0):
        found.append(
            ngettext(
                "%(count)s service message (somebody joined, a picture changed) was left out.",
                "%(count)s service messages (somebody joined, a picture changed) were left out.",
                count,
            )
            % {"count": count}
        )
    if count := counts.get("shared", 0):
        found.append(
            ngettext(
                "%(count)s entry that shares or likes a post of somebody else was left out.",
                "%(count)s entries that share or like posts of somebody else were left out.",
                count,
            )
            % {"count": count}
        )
    return found


def post_of(record: dict[str, Any]) -> dict[str, Any]:
    """The post inside of an ActivityPub `Create`, with time and author of the activity where it has none itself."""
    post = record.get("object")
    if record.get("type") not in ("Create", "Update") or not isinstance(post, dict):
        return record
    around = {"published": record.get("published"), "attributedTo": record.get("actor")}
    return {**post, **{name: value for name, value in around.items() if value and not post.get(name)}}
