"""Every kind of journal entry and the sentence it reads as, on the timeline, in mails and in reports.

Each app declares its kinds in `AppConfig.ready()`; an undeclared kind is refused, so that a typo crashes in the
first test and not in a timeline.
"""

from collections.abc import Mapping

from django.utils.functional import Promise

_sentences: dict[str, str | Promise] = {}


def declare(sentences: Mapping[str, str | Promise]) -> None:
    """Sentences may name `{actor}` and any key of the entry's data, and are translated when they are read."""
    _sentences.update(sentences)


def is_declared(kind: str) -> bool:
    return kind in _sentences


class _Missing(dict):
    def __missing__(self, key: str) -> str:
        return "—"


def sentence(kind: str, actor: str, data: Mapping[str, object]) -> str:
    """The entry in the words of the active language. Data that an older version did not record reads as a dash."""
    template = str(_sentences.get(kind, kind))
    return template.format_map(_Missing({**data, "actor": actor}))
