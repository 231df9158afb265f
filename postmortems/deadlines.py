"""What can be forgotten after an incident: the review meeting, the approval, what somebody promised to change."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from escalations.purposes import Purpose
from incidents.scope import INCIDENT
from journal.models import Entry, Urgency
from people.models import User
from postmortems.actions.deadlines import APPROVAL, CORRECTIVE_ACTION_DUE, MEETING
from postmortems.actions.locking import note
from postmortems.models import CorrectiveAction, PostMortem
from postmortems.rules import may_take_on


def _of_post_mortem(code: str, label: Promise, missed: str) -> Purpose:
    return Purpose(
        code=code,
        label=label,
        model=PostMortem,
        scope=INCIDENT,
        note=note,
        missed=missed,
        facts=lambda post_mortem: {"item": str(post_mortem)},
        responsible=lambda post_mortem: [f"person:{post_mortem.author_id}"],
        urgency=Urgency.SOON,
    )


def _owner(action: CorrectiveAction) -> list[str]:
    return [f"person:{action.owner_id}"] if action.owner_id else []


def _corrective_action_facts(action: CorrectiveAction) -> dict[str, Any]:
    known = {"owner": str(action.owner) if action.owner else None, "due_on": action.due_on}
    return {
        "action": action.title,
        "item": action.title,
        **{name: value for name, value in known.items() if value},
    }


def _note_corrective_action(subject: CorrectiveAction, kind: str, actor: User | None, **facts: Any) -> Entry:
    return note(subject.post_mortem, kind, actor, anchor=f"#action-{subject.pk}", **facts)


PURPOSES = (
    _of_post_mortem(APPROVAL, _("Post-mortem approved"), "postmortem.overdue"),
    _of_post_mortem(MEETING, _("Review meeting"), "postmortem.meeting_overdue"),
    Purpose(
        code=CORRECTIVE_ACTION_DUE,
        label=_("Corrective action"),
        model=CorrectiveAction,
        scope=INCIDENT,
        note=_note_corrective_action,
        missed="corrective_action.overdue",
        facts=_corrective_action_facts,
        responsible=_owner,
        urgency=Urgency.SOON,
        rule=may_take_on,
    ),
)
