from monitoring.views.imports import import_run, imports, rejected_rows, retry_import
from monitoring.views.mentions import mentions
from monitoring.views.signals import dismiss_signal, open_signal, signal, signals

__all__ = [
    "dismiss_signal",
    "import_run",
    "imports",
    "mentions",
    "open_signal",
    "rejected_rows",
    "retry_import",
    "signal",
    "signals",
]
