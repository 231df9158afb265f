from responses.models.case import CaseState, PrivateCase
from responses.models.channel import Channel, Platform
from responses.models.claim import Answer, Claim, ClaimState, Evidence, SourceKind, Verdict
from responses.models.response import (
    TRANSITIONS,
    Audience,
    Kind,
    Response,
    ResponseState,
    Revision,
    Stance,
    Tone,
    hash_of,
)
from responses.models.seal import Approval, Decision, Publication

__all__ = [
    "TRANSITIONS",
    "Answer",
    "Approval",
    "Audience",
    "CaseState",
    "Channel",
    "Claim",
    "ClaimState",
    "Decision",
    "Evidence",
    "Kind",
    "Platform",
    "PrivateCase",
    "Publication",
    "Response",
    "ResponseState",
    "Revision",
    "SourceKind",
    "Stance",
    "Tone",
    "Verdict",
    "hash_of",
]
