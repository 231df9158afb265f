"""Every kind of journal entry and the sentence it reads as, on the timeline, in mails and in reports.

Each app declares its kinds in `AppConfig.ready()`; an undeclared kind is refused, so that a typo crashes in the
first test and not in a timeline.
"""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext

from common.times import absolute

_sentences: dict[str, str | Promise] = {}
_labels: dict[str, dict[Any, str | Promise]] = {}
# As the journal stores a time: always UTC
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def declare(sentences: Mapping[str, str | Promise]) -> None:
    """Sentences may name `{actor}` and any key of the entry's data, and are translated when they are read."""
    _sentences.update(sentences)


def declare_labels(key: str, labels: Mapping[Any, str | Promise]) -> None:
    """How codes stored under `key` read ("CL": "Crisis lead"), in the language of whoever reads the entry."""
    _labels.setdefault(key, {}).update(labels)


def is_declared(kind: str) -> bool:
    return kind in _sentences


class _Missing(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "—"


def _moment(value: Any) -> Any:
    """A recorded moment reads in the zone of whoever reads it; everything else stays as it is."""
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        return value
    at = parse_datetime(value)
    return absolute(at) if at else value


def sentence(kind: str, actor: str, data: Mapping[str, Any]) -> str:
    """The entry in the words of the active language. Data that an older version did not record reads as a dash."""
    words = {
        key: _labels[key].get(value, value) if key in _labels else _moment(value)
        for key, value in data.items()
    }
    if data.get("deputy") and "role" in words:
        words["role"] = gettext("%(role)s (deputy)") % {"role": words["role"]}
    if data.get("item") and "purpose" in words:  # which of several tasks, claims, actions
        words["purpose"] = gettext("%(purpose)s “%(item)s”") % {
            "purpose": words["purpose"],
            "item": data["item"],
        }
    text = str(_sentences.get(kind, kind)).format_map(_Missing({**words, "actor": actor}))
    # How things stood at the time of an alert: facts, each with a kind of its own.
    return " · ".join([text, *(sentence(fact["kind"], actor, fact) for fact in data.get("context", []))])
