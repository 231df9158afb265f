"""A bound for what may wait for somebody else's server."""

from __future__ import annotations

from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread

from notifications.channels.errors import AmbiguousFailure


def within(seconds: float, work: Callable[[], None]) -> None:
    """Run `work`, which must not touch the database, in a thread of its own.

    Raises what `work` raises, or AmbiguousFailure when it has not ended in time; it is not waited for any longer.
    """
    outcomes: SimpleQueue[Exception | None] = SimpleQueue()

    def run() -> None:
        try:
            work()
        except Exception as failure:  # noqa: BLE001 - raised where it is waited for
            outcomes.put(failure)
        else:
            outcomes.put(None)

    Thread(target=run, daemon=True).start()
    try:
        failure = outcomes.get(timeout=seconds)
    except Empty:
        raise AmbiguousFailure(f"no answer within {seconds:g} s") from None
    if failure:
        raise failure
