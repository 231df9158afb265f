"""Two people edit the same thing: the second sees what the first changed and loses nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from common.errors import Conflict


def merge(
    row: Model, fields: Iterable[str], before: Mapping[str, Any], after: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """Set on the locked `row` what the writer changed; returns {field: {"old": …, "new": …}} of what is new.

    `before` is what the writer saw, `after` what they submit. A field that the writer left alone keeps whatever is
    stored now. Raises Conflict with the stored values where both changed the same field to different texts.
    """
    changed, clashes = {}, {}
    for name in fields:
        if name not in after or _same(after[name], before.get(name)):
            continue
        stored = getattr(row, name)
        if _same(stored, after[name]):
            continue
        if not _same(stored, before.get(name)):
            clashes[name] = stored
            continue
        changed[name] = {"old": stored, "new": after[name]}
    if clashes:
        raise Conflict(
            _(
                "Somebody else changed the same text while you were writing. Both versions are below; nothing is lost."
            ),
            theirs=clashes,
        )
    for name, values in changed.items():
        setattr(row, name, values["new"])
    return changed


def _same(one: Any, other: Any) -> bool:
    # Browsers send line ends as CR LF; that alone is not a change.
    if isinstance(one, str) and isinstance(other, str):
        return one.replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip()
    return one == other
