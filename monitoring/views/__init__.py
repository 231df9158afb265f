from monitoring.views.early_warning import early_warning, sensitivity, stored_past
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
from monitoring.views.mentions import mentions
from monitoring.views.signals import dismiss_signal, open_signal, signal, signals

__all__ = [
    "cancel_import",
    "dismiss_signal",
    "early_warning",
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
    "undo_import",
]
