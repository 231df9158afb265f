"""Why a column is proposed, or not used, in a sentence for the person."""

from __future__ import annotations

from django.utils.translation import gettext as _

from monitoring.importing.meaning.fields import FIELDS
from monitoring.importing.meaning.names import MAYBE

# Names are told by what they are not, so that a share of them says nothing to a person.
NO_SHARE = ("author", "author_name", "brand", "sentiment_source")


def score(field: str, certainty: float, share: float) -> str:
    """`certainty` of the name, 0 to 1; `share` of the cells that fit, 0 to 1."""
    facts = {"share": round(100 * share), "cells": FIELDS[field].cells}
    if certainty > MAYBE and field in NO_SHARE:
        return _("The name says so, and its cells look like %(cells)s.") % facts
    if certainty > MAYBE:
        return _("The name says so and %(share)d %% of its cells are %(cells)s.") % facts
    if certainty:
        return _("The name may mean it and %(share)d %% of its cells are %(cells)s.") % facts
    return _("The name does not say it, but the cells look like %(cells)s.") % facts


def name_only() -> str:
    return _("The name says so; the first rows have nothing in it.")


def outlet() -> str:
    return _("It names who published the post, and no other column names an author.")


def author_id() -> str:
    return _("It is a number for the author, and no other column names one.")


def repeated() -> str:
    return _("Posts with different texts have the same value, so it stands for what they answer.")


def rival(why: str, other: str, *, repeats: bool) -> str:
    """Why one text was proposed beside another column of texts."""
    if repeats:
        return _(
            "The texts of “%(other)s” repeat over many rows: that seems to be the post that these answer."
        ) % {"other": other}
    return _("%(why)s “%(other)s” holds texts as well: please choose.") % {"why": why, "other": other}


def veto(field: str) -> str:
    return _("By its name it would be “%(field)s”, but its cells are no %(cells)s.") % {
        "field": FIELDS[field].label,
        "cells": FIELDS[field].cells,
    }


def better(field: str, other: str) -> str:
    return _("“%(other)s” is the better column for “%(field)s”.") % {
        "other": other,
        "field": FIELDS[field].label,
    }


def empty() -> str:
    return _("The first rows have nothing in it.")


def other() -> str:
    return _("It is not about the post itself, or nothing here uses it.")


def unknown() -> str:
    return _("Neither its name nor its cells tell what it is.")
