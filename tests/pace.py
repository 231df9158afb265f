"""How slow the machine is just now: what is promised in seconds is promised of one with nothing else to do."""

from __future__ import annotations

import os
import sys
import time
from collections import deque
from statistics import fmean
from threading import Event, Thread
from types import TracebackType

PATIENCE_SECONDS = 300  # for what comes in the end however busy the machine is; only what hangs takes so long
LOOK_EVERY_SECONDS = 1.0
LOOKS = 5
ERRAND = [sys.executable, "-I", "-S", "-c", "sum(range(3_000_000))"]  # about a tenth of a second


class Pace:
    """Measures, while the block lasts, how many times longer an errand takes than the processor works for it.

    What counts is the worst mean of five: one errand that had bad luck makes nothing of a test slow.
    """

    def __init__(self) -> None:
        self.slowest = 1.0
        self._latest: deque[float] = deque(maxlen=LOOKS)
        self._over = Event()
        self._thread = Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Pace:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def limit(self, seconds: float) -> float:
        """How long something may take that takes `seconds` at most on a quiet machine."""
        self._look()
        while len(self._latest) < LOOKS:
            self._look()
        return seconds * self.slowest

    def _watch(self) -> None:
        while not self._over.wait(LOOK_EVERY_SECONDS):
            self._look()

    def _look(self) -> None:
        began = time.monotonic()
        process_id = os.posix_spawn(ERRAND[0], ERRAND, os.environ)
        _pid, _status, used = os.wait4(process_id, 0)
        self._note((time.monotonic() - began) / (used.ru_utime + used.ru_stime))

    def _note(self, times_slower: float) -> None:
        self._latest.append(times_slower)
        if len(self._latest) == LOOKS:
            self.slowest = max(self.slowest, fmean(self._latest))
