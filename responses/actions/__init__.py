"""Every change of a response, a claim or a private case. One function is one transaction."""

from responses.actions.approvals import approve, expire_citing, on_level_changed, request_changes
from responses.actions.cases import open_case, own_case, resolve_case
from responses.actions.claims import (
    add_evidence,
    begin_verifying,
    decide_answer,
    give_verdict,
    log_claim,
    mark_answered,
    reopen_claim,
    settle_claim,
)
from responses.actions.drafts import save_text, start_response, submit, take_back
from responses.actions.publishing import Post, mark_corrected, publish, withdraw

__all__ = [
    "Post",
    "add_evidence",
    "approve",
    "begin_verifying",
    "decide_answer",
    "expire_citing",
    "give_verdict",
    "log_claim",
    "mark_answered",
    "mark_corrected",
    "on_level_changed",
    "open_case",
    "own_case",
    "publish",
    "reopen_claim",
    "request_changes",
    "resolve_case",
    "save_text",
    "settle_claim",
    "start_response",
    "submit",
    "take_back",
    "withdraw",
]
