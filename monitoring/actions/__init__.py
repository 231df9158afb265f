"""Every change of mentions, imports and signals. One function is one transaction; nothing else writes a status."""

from monitoring.actions.brands import add_brands
from monitoring.actions.decisions import attach_complaints, dismiss, open_incident
from monitoring.actions.imports import (
    Batch,
    abandon,
    claim,
    fail,
    finish,
    pause,
    queue_upload,
    register_file,
    retry,
    store_batch,
)
from monitoring.actions.raising import raise_signals

__all__ = [
    "Batch",
    "abandon",
    "add_brands",
    "attach_complaints",
    "claim",
    "dismiss",
    "fail",
    "finish",
    "open_incident",
    "pause",
    "queue_upload",
    "raise_signals",
    "register_file",
    "retry",
    "store_batch",
]
