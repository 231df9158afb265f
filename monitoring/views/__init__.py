from monitoring.views.early_warning import early_warning, sensitivity, stored_past
from monitoring.views.estimates import estimates, switch_own_head
from monitoring.views.imports import (
    cancel_import,
    import_run,
    imports,
    listed_rows,
    move_import,
    preview,
    retry_import,
    undo_import,
)
from monitoring.views.mentions import correct, mentions, take_back_correction
from monitoring.views.signals import dismiss_signal, open_signal, signal, signals

__all__ = [
    "cancel_import",
    "correct",
    "dismiss_signal",
    "early_warning",
    "estimates",
    "import_run",
    "imports",
    "listed_rows",
    "mentions",
    "move_import",
    "open_signal",
    "preview",
    "retry_import",
    "sensitivity",
    "signal",
    "signals",
    "stored_past",
    "switch_own_head",
    "take_back_correction",
    "undo_import",
]
