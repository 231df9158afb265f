from monitoring.models.correction import SentimentCorrection
from monitoring.models.imports import ColumnMemory, ImportRun, ImportState
from monitoring.models.listening import Listening, Sensitivity
from monitoring.models.mention import IncidentMention, Mention, Sentiment, Sighting
from monitoring.models.own_head import OwnHead
from monitoring.models.post import Post
from monitoring.models.signal import DismissalReason, Priority, Signal, SignalKind, SignalState
from monitoring.models.voice_count import VoiceCount

__all__ = [
    "ColumnMemory",
    "DismissalReason",
    "ImportRun",
    "ImportState",
    "IncidentMention",
    "Listening",
    "Mention",
    "OwnHead",
    "Post",
    "Priority",
    "Sensitivity",
    "Sentiment",
    "SentimentCorrection",
    "Sighting",
    "Signal",
    "SignalKind",
    "SignalState",
    "VoiceCount",
]
