"""Tells a worker to look now. Losing the hint costs at most the two seconds until beat sends the next."""

import logging

logger = logging.getLogger(__name__)


def wake() -> None:
    from escalations.tasks import fire_due

    try:
        fire_due.apply_async(retry=False, expires=10)
    except Exception:  # noqa: BLE001 - the broker may fail in any way; the rows are committed and will be found
        logger.warning("deadline hint not published: the broker does not answer")
