from monitoring.models.imports import ImportRun, ImportState
from monitoring.models.mention import IncidentMention, Mention, Sentiment
from monitoring.models.signal import Signal, SignalState

__all__ = [
    "ImportRun",
    "ImportState",
    "IncidentMention",
    "Mention",
    "Sentiment",
    "Signal",
    "SignalState",
]
