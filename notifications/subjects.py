"""What messages are about, for those who may know: the parts that own incidents register how to find out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from people.models import User

# Journal streams whose title or reference contains the words, among those that the person may see
Find = Callable[[User, str], Iterable[str]]
# Those of these journal streams of which the person may learn nothing
Hide = Callable[[User, Collection[str]], Iterable[str]]
_finders: list[Find] = []
_hiders: list[Hide] = []


def register(*, find: Find, hide: Hide) -> None:
    if find not in _finders:
        _finders.append(find)
    if hide not in _hiders:
        _hiders.append(hide)


def streams(reader: User, words: str) -> list[str]:
    return [stream for find in _finders for stream in find(reader, words)]


def hidden_from(reader: User, among: Collection[str]) -> set[str]:
    return {stream for hide in _hiders for stream in hide(reader, among)} if among else set()
