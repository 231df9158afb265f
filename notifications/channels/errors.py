"""How sending can fail. What is stored of a failure is our own words, never the provider's."""

from __future__ import annotations


class SendingFailed(Exception):
    """A retry may help; not before `retry_after` seconds where the provider has said so."""

    def __init__(self, reason: object = "", *, retry_after: float | None = None) -> None:
        super().__init__(str(reason))
        self.retry_after = retry_after


class PermanentFailure(SendingFailed):
    """Trying again would not help."""


class Unreachable(SendingFailed):
    """Nobody there, or nobody who lets us in: the same would happen to every other message now."""


class AmbiguousFailure(SendingFailed):
    """The connection broke, or nobody answered, after the message was on its way: it may have arrived."""
