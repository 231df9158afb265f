"""Tells a service outside that we live. When the calls stop, it raises the alert: nobody in here could any more."""

from __future__ import annotations

import logging
import urllib.error
import urllib.request

from django.conf import settings

from operations.engine_health import engine_health

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 5


def all_is_well() -> bool:
    """Has somebody just ticked, is nothing held or overdue, and did a check of these minutes find nothing broken?"""
    return not [problem for problem in engine_health().problems() if problem.part in ("engine", "invariants")]


def call(caller: str) -> bool:
    """Call DEAD_MAN_URL if all is well, saying whether a worker or the watchdog calls; whether the call was made.

    Never raises for what happens outside, and waits five seconds at most for an answer to begin.
    """
    if not settings.DEAD_MAN_URL or not all_is_well():
        return False
    request = urllib.request.Request(  # noqa: S310 (the settings allow http and https alone)
        settings.DEAD_MAN_URL, headers={"User-Agent": f"crisis-desk/{caller}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):  # noqa: S310
            return True
    except (OSError, ValueError) as error:
        logger.warning("the dead-man call failed: %s", type(error).__name__)
        return False
