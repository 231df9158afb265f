from responses.models.account import Account, Platform
from responses.models.case import CaseState, PrivateCase
from responses.models.claim import Answer, Claim, ClaimState, Evidence, SourceKind, Verdict
from responses.models.response import (
    TRANSITIONS,
    Audience,
    Response,
    ResponseKind,
    ResponseState,
    Revision,
    Stance,
    Tone,
    hash_of,
)
from responses.models.seal import Approval, Decision, Publication

__all__ = [
    "TRANSITIONS",
    "Account",
    "Answer",
    "Approval",
    "Audience",
    "CaseState",
    "Claim",
    "ClaimState",
    "Decision",
    "Evidence",
    "Platform",
    "PrivateCase",
    "Publication",
    "Response",
    "ResponseKind",
    "ResponseState",
    "Revision",
    "SourceKind",
    "Stance",
    "Tone",
    "Verdict",
    "hash_of",
]
