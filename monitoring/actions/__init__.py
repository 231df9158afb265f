"""Every change of mentions, imports and signals. One function is one transaction; nothing else writes a status."""

from monitoring.actions.brands import add_brands
from monitoring.actions.correcting import correct, take_back_correction
from monitoring.actions.imports import (
    ImportStep,
    LeaseLost,
    abandon_import,
    accept_preview,
    advance_import,
    answer_import,
    cancel_import,
    fail_import,
    finish_import,
    finish_undoing,
    lease_import,
    lock_import,
    queue_upload,
    register_file,
    retry_import,
    show_preview,
    show_progress,
    undo_import,
)
from monitoring.actions.moving import move_import
from monitoring.actions.own_heads import brands_to_fit, fit_own_head, switch_own_head
from monitoring.actions.sensitivity import change_sensitivity
from monitoring.actions.signal_decisions import attach_burst, dismiss, open_incident
from monitoring.actions.signal_raising import listen, raise_signals
from monitoring.actions.understanding import estimate, understand
from monitoring.actions.undoing import take_back, what_taking_back_does

__all__ = [
    "ImportStep",
    "LeaseLost",
    "abandon_import",
    "accept_preview",
    "add_brands",
    "advance_import",
    "answer_import",
    "attach_burst",
    "brands_to_fit",
    "cancel_import",
    "change_sensitivity",
    "correct",
    "dismiss",
    "estimate",
    "fail_import",
    "finish_import",
    "finish_undoing",
    "fit_own_head",
    "lease_import",
    "listen",
    "lock_import",
    "move_import",
    "open_incident",
    "queue_upload",
    "raise_signals",
    "register_file",
    "retry_import",
    "show_preview",
    "show_progress",
    "switch_own_head",
    "take_back",
    "take_back_correction",
    "understand",
    "undo_import",
    "what_taking_back_does",
]
