"""What messages are about, for those who may know: the parts that own incidents register how to find them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from people.models import User

# Journal streams whose title or reference contains the words, among those that the person may see
Find = Callable[[User, str], Iterable[str]]
_finders: list[Find] = []


def register(find: Find) -> None:
    if find not in _finders:
        _finders.append(find)


def streams(reader: User, words: str) -> list[str]:
    return [stream for find in _finders for stream in find(reader, words)]
