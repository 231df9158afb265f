"""Every change of a post-mortem, its lessons and its actions. One function is one transaction."""

from postmortems.actions.followup import (
    accept_corrective_action,
    add_corrective_action,
    add_lesson,
    cancel_corrective_action,
    change_corrective_action,
    change_lesson,
    complete_corrective_action,
    implement_lesson,
    learn_lesson,
    remove_lesson,
    return_corrective_action,
    start_corrective_action,
    verify_corrective_action,
)
from postmortems.actions.lifecycle import (
    approve,
    close,
    prepare,
    record_meeting,
    request_changes,
    submit,
    suspend,
    take_back,
)
from postmortems.actions.writing import change_author, write

__all__ = [
    "accept_corrective_action",
    "add_corrective_action",
    "add_lesson",
    "approve",
    "cancel_corrective_action",
    "change_author",
    "change_corrective_action",
    "change_lesson",
    "close",
    "complete_corrective_action",
    "implement_lesson",
    "learn_lesson",
    "prepare",
    "record_meeting",
    "remove_lesson",
    "request_changes",
    "return_corrective_action",
    "start_corrective_action",
    "submit",
    "suspend",
    "take_back",
    "verify_corrective_action",
    "write",
]
