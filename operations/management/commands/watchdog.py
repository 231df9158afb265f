"""Takes over when nobody fires deadlines: broker gone, workers deaf, beat dead."""

import logging
import signal
import time
from collections.abc import Callable
from datetime import timedelta
from threading import Thread
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error, connection
from django.db.models.functions import Now

from escalations.engine import beat, tick
from escalations.models import Heartbeat
from notifications.delivery import deliver_pending
from operations import dead_man
from operations.invariants import actions, check

logger = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 2
SILENT_AFTER = timedelta(seconds=10)
LONGEST_PAUSE_SECONDS = 5
WATCH_EVERY_SECONDS = 60.0


def engine_is_silent() -> bool:
    """Has no worker had a clean tick for ten seconds? The database's clock decides."""
    return not Heartbeat.objects.filter(
        process="engine", last_clean_tick_at__gt=Now() - SILENT_AFTER
    ).exists()


def _watch() -> None:
    """Whoever has taken over also checks the promises, and calls outside that somebody lives."""
    actions.note(check())
    dead_man.call("watchdog")


def _in_own_thread(work: Callable[[], object]) -> None:
    try:
        work()
    except Error:
        logger.exception("the watchdog lost its hold of the database")
    finally:
        connection.close()


class Command(BaseCommand):
    help = "Watches the escalation engine and does its work every 2 s while it is silent. Run one or more."

    def handle(self, *args: Any, **options: Any) -> None:
        self.running = True
        self.threads: dict[str, Thread] = {}
        self.watched_at = -WATCH_EVERY_SECONDS
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._stop)
        pause = LOOK_EVERY_SECONDS / 4
        taken_over = False
        while self.running:
            try:
                silent = engine_is_silent()
                if silent:
                    if not taken_over:
                        logger.error("the escalation engine is silent: the watchdog takes over")
                    tick("watchdog-firing")
                    self._beside("sender", deliver_pending)
                    if time.monotonic() - self.watched_at >= WATCH_EVERY_SECONDS:
                        self.watched_at = time.monotonic()
                        self._beside("watch", _watch)
                elif taken_over:
                    logger.warning("the escalation engine is back: the watchdog steps aside")
                taken_over = silent
                beat("watchdog", clean=True)
                pause = LOOK_EVERY_SECONDS
            except Error:
                # A dead connection is dropped, not reused; the pause grows while the database is away.
                connection.close()
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
                logger.exception("the watchdog cannot reach the database")
            self._sleep(pause)

    def _beside(self, name: str, work: Callable[[], object]) -> None:
        """In a thread of its own, one at a time: a server outside that hangs must not hold up the next deadline."""
        if name not in self.threads or not self.threads[name].is_alive():
            self.threads[name] = Thread(target=_in_own_thread, args=[work], name=name, daemon=True)
            self.threads[name].start()

    def _stop(self, *_signal: object) -> None:
        self.running = False

    def _sleep(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while self.running and time.monotonic() < until:
            time.sleep(0.1)
