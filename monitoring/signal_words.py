"""A signal in words: what is unusual, by how much, and what makes it look more or less urgent."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from common.times import absolute
from monitoring.models import Signal

CALMING = {"copies", "no_angrier", "no_conversation"}


def arithmetic(signal: Signal) -> Iterator[str]:
    """Why this is a signal, sentence by sentence; as of when it was first heard."""
    seen = signal.evidence
    yield _("First heard %(moment)s:") % {"moment": absolute(signal.heard_at)}
    if "usual_hour" not in seen:
        yield (
            _("%(hour)d people in the hour before. There is no baseline yet: judged by absolute numbers.")
            % seen
        )
    else:
        text = _(
            "%(six_hours)d people in 6 hours, usually %(usual)g; %(hour)d in the last hour, usually %(usual_hour)g."
        )
        yield text % {**seen, "usual": seen["usual_six_hours"]}
    if "day" in seen.get("reasons", ()):
        text = _(
            "%(day)d people in 24 hours; the limit of a brand that few people speak of is %(day_limit)d."
        )
        yield text % seen
    for score, name in (("swell", _("Swell")), ("flash", _("Flash"))):
        if score in seen.get("reasons", ()):
            text = _("%(name)s %(value).2f; the limit, from this brand's own strongest days, is %(limit).2f.")
            yield text % {"name": name, "value": seen[score], "limit": seen[f"{score}_limit"]}
    if seen.get("share") is None:
        yield _("By volume: too few of these posts have a sentiment to compare.")


def urgency(signal: Signal, *, calming: bool) -> Iterator[str]:
    """What makes it look urgent or, `calming`, less so; each with its numbers."""
    seen = signal.evidence
    share = seen.get("share") or {}
    facts = {
        "copies": seen["copies"],
        "posts": seen["posts"],
        "people": seen["people"],
        "asking": seen["asking"],
        "now": round(100 * share.get("complaints", 0) / max(1, share.get("rated", 0))),
        "usual": round(100 * share.get("usual", 0)),
    }
    sentences = {
        "angrier": _("Complaints are %(now)d %% of what is rated, usually %(usual)d %%."),
        "asking": _("More posts ask something than usual: %(asking)d of %(posts)d."),
        "copies": _(
            "It travels as copies: the largest group of near-copies is %(copies)d %% of the last hour."
        ),
        "no_angrier": _("Complaints are no larger a share than usual: %(now)d %%, usually %(usual)d %%."),
        "no_conversation": _("Hardly anybody writes a second time: %(posts)d posts by %(people)d people."),
    }
    for reason in seen["urgency"]:
        if (reason in CALMING) == calming:
            yield sentences[reason] % facts
