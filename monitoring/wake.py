"""Tells a worker to look now. Losing the hint costs at most the seconds until the next sweep."""

import logging

logger = logging.getLogger(__name__)


def wake_import(run_id: int) -> None:
    from monitoring.tasks import carry_on_import

    try:
        carry_on_import.apply_async([run_id], retry=False, expires=60)
    except Exception:  # noqa: BLE001 - the broker may fail in any way; the row is committed and will be found
        logger.warning("import hint not published: the broker does not answer")
