"""Every change of a post-mortem, its lessons and its actions. One function is one transaction."""

from postmortems.actions.followup import (
    accept_action,
    add_action,
    add_lesson,
    cancel_action,
    change_action,
    change_lesson,
    complete_action,
    implement_lesson,
    learn_lesson,
    remove_lesson,
    return_action,
    start_action,
    verify_action,
)
from postmortems.actions.lifecycle import (
    approve,
    close,
    prepare,
    record_meeting,
    request_changes,
    submit,
    suspend,
    withdraw,
)
from postmortems.actions.writing import change_author, write

__all__ = [
    "accept_action",
    "add_action",
    "add_lesson",
    "approve",
    "cancel_action",
    "change_action",
    "change_author",
    "change_lesson",
    "close",
    "complete_action",
    "implement_lesson",
    "learn_lesson",
    "prepare",
    "record_meeting",
    "remove_lesson",
    "request_changes",
    "return_action",
    "start_action",
    "submit",
    "suspend",
    "verify_action",
    "withdraw",
    "write",
]
