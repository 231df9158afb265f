"""Redis may be gone or hang. Whoever waited for it once does not wait again at once."""

from __future__ import annotations

import time
from collections.abc import Callable

PAUSE_SECONDS = 5


class Broker:
    """Runs what talks to Redis, and leaves it out for five seconds after a failure.

    One transaction may have many hints. A hung Redis costs a second for each that is tried, and hints are worth none.
    """

    def __init__(self) -> None:
        self._silent_until = 0.0

    def attempt(self, publish: Callable[[], object]) -> bool:
        """Whether `publish` ran without an error. Never raises."""
        if time.monotonic() < self._silent_until:
            return False
        try:
            publish()
        except Exception:  # noqa: BLE001 - the broker may fail in any way
            self._silent_until = time.monotonic() + PAUSE_SECONDS
            return False
        return True


broker = Broker()
