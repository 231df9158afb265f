"""Several deeds at the same moment, each in a transaction that really commits."""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.db import connection

from tests.pace import PATIENCE_SECONDS


def at_once(*deeds: Callable[[], object]) -> list[Exception | None]:
    """Run every deed in a thread and connection of its own, all from one barrier; what each raised."""
    barrier = threading.Barrier(len(deeds))
    raised: list[Exception | None] = [None] * len(deeds)

    def run(number: int, deed: Callable[[], object]) -> None:
        try:
            barrier.wait(PATIENCE_SECONDS)
            deed()
        except Exception as error:  # noqa: BLE001 - handed to the test
            raised[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    return raised
