from monitoring.models.imports import ColumnMemory, ImportRun, ImportState
from monitoring.models.mention import IncidentMention, Mention, Sentiment, Sighting
from monitoring.models.post import Post
from monitoring.models.signal import Signal, SignalState
from monitoring.models.voice_count import VoiceCount

__all__ = [
    "ColumnMemory",
    "ImportRun",
    "ImportState",
    "IncidentMention",
    "Mention",
    "Post",
    "Sentiment",
    "Sighting",
    "Signal",
    "SignalState",
    "VoiceCount",
]
