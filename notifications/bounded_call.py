"""Calls that may wait for somebody else's server: each on a daemon thread of its own, and only for so long."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from concurrent.futures import FIRST_COMPLETED, Future, wait
from threading import Thread
from typing import Generic, TypeVar

from notifications.channels.errors import AmbiguousFailure

Result = TypeVar("Result")


class BoundedCall(Generic[Result]):
    """Begins `work`, which must not touch the database, at once; it is waited for at most `seconds`.

    The thread is a daemon, and no executor's: an executor joins its threads when the process ends, so a call that
    hangs would hold up a worker that was told to stop. What has not ended in time runs on, and nobody listens.
    """

    def __init__(self, work: Callable[[], Result], *, seconds: float) -> None:
        self.seconds = seconds
        self.until = time.monotonic() + seconds
        self._future: Future[Result] = Future()
        Thread(target=self._run, args=(work,), daemon=True).start()

    def _run(self, work: Callable[[], Result]) -> None:
        try:
            self._future.set_result(work())
        except Exception as failure:  # noqa: BLE001 - raised where the result is asked for
            self._future.set_exception(failure)

    @property
    def seconds_left(self) -> float:
        return max(0.0, self.until - time.monotonic())

    def result(self) -> Result:
        """Waits for it. Raises what `work` raised, or AmbiguousFailure when it has not ended in time."""
        if not wait([self._future], timeout=self.seconds_left).done:
            raise AmbiguousFailure(f"no answer within {self.seconds:g} s")
        return self._future.result()

    def failure(self) -> Exception | None:
        """Waits as `result` does; what that would raise."""
        try:
            self.result()
        except Exception as failure:  # noqa: BLE001 - the caller decides what it means
            return failure
        return None


def first_ended(calls: Collection[BoundedCall[Result]], *, most_seconds: float) -> BoundedCall[Result] | None:
    """The first of `calls` that has ended or run out of time; None when none has within `most_seconds`."""
    by_future = {call._future: call for call in calls}
    first_due = min(calls, key=lambda call: call.until)
    seconds = min(first_due.seconds_left, most_seconds)
    for future in wait(by_future, timeout=seconds, return_when=FIRST_COMPLETED).done:
        return by_future[future]
    return None if first_due.seconds_left else first_due
