"""The whole post-mortem as plain data, in the reader's language and time zone: printed by HTML and PDF alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext, pgettext

from common.times import absolute
from journal.models import Entry
from people.models import User
from postmortems.figures import MEANINGS, Figure
from postmortems.models import CorrectiveAction, Lesson, PostMortem
from postmortems.sections import SECTIONS, Section, label_of


def build(post_mortem: PostMortem, figures: Sequence[Figure], entries: Iterable[Entry]) -> dict[str, Any]:
    """Nothing but strings, lists and dictionaries, so that it can be handed on as JSON."""
    incident = post_mortem.incident
    level = incident.get_level_display() or gettext("not triaged")
    return {
        "language": get_language() or "en",
        "kicker": gettext("Post-mortem"),
        "title": incident.title,
        "reference": post_mortem.reference,
        "state": post_mortem.get_state_display(),
        "is_approved": post_mortem.is_approved,
        "warning": "" if post_mortem.is_approved else gettext("Not approved yet: this may still change."),
        "facts": [
            {"label": gettext("Brand"), "text": incident.brand.name},
            {
                "label": gettext("Incident"),
                "text": f"{incident.reference} · {level} · {incident.get_category_display()}",
            },
            {"label": gettext("Open"), "text": _span(incident.runs_from, incident.resolved_at)},
            {"label": gettext("Author"), "text": str(post_mortem.author)},
            {"label": gettext("Approved"), "text": _approval(post_mortem)},
        ],
        "figures_title": gettext("Figures"),
        "figures": [_figure(figure) for figure in figures],
        "unknown": gettext("n/a"),
        "sections": [
            {"code": section.code, "label": str(section.label), "fields": _fields(post_mortem, section)}
            for section in SECTIONS
        ],
        "empty": gettext("Nothing written."),
        "lessons_title": gettext("Lessons"),
        "lessons": [_lesson(lesson) for lesson in post_mortem.lessons.all()],
        "actions_title": gettext("Corrective actions"),
        "action_labels": [
            gettext("Action"),
            gettext("Owner"),
            gettext("Due"),
            gettext("Verifier"),
            gettext("State"),
        ],
        "actions": [
            _action(action)
            for action in post_mortem.actions.select_related("owner", "verifier", "verified_by").all()
        ],
        "timeline_title": gettext("Timeline"),
        "timeline": [{"at": absolute(entry.at), "text": entry.sentence} for entry in entries],
        "printed": gettext("Printed %(when)s") % {"when": absolute(timezone.now())},
        "zone": timezone.get_current_timezone_name(),
    }


def _span(start: datetime, end: datetime | None) -> str:
    return f"{absolute(start)} – {absolute(end) if end else '…'}"


def _approval(post_mortem: PostMortem) -> str:
    if not post_mortem.approved_at:
        return gettext("not yet")
    return gettext("%(when)s by %(person)s") % {
        "when": absolute(post_mortem.approved_at),
        "person": post_mortem.approved_by,
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "label": str(figure.label),
        "value": figure.shown,
        "unit": figure.shown_unit,
        "hint": ". ".join(filter(None, [str(MEANINGS[figure.code]), str(figure.note)])),
    }


def _fields(post_mortem: PostMortem, section: Section) -> list[dict[str, str]]:
    """What was written; fields that nobody filled are left out. Facts of the incident stand where they belong."""
    incident = post_mortem.incident
    shown = []
    if section.code == "response" and incident.strategy:
        reason = f"\n{incident.strategy_reason}" if incident.strategy_reason else ""
        shown.append({"label": gettext("Strategy"), "text": f"{incident.get_strategy_display()}{reason}"})
    if section.code == "causes":
        if incident.cause:
            text = f"{incident.get_cause_display()}\n{incident.cause_investigation}".strip()
            shown.append({"label": gettext("Cause, as investigated"), "text": text})
        if incident.department:
            notified = incident.department_notified_at
            when = absolute(notified) if notified else gettext("not notified")
            reply = incident.department_reply or gettext("no reply recorded")
            shown.append(
                {
                    "label": gettext("Responsible department"),
                    "text": f"{incident.department} · {when}\n{reply}",
                }
            )
    for name in section.fields:
        text = getattr(post_mortem, name)
        if text.strip():
            shown.append({"label": label_of(name), "text": text})
    return shown


def _lesson(lesson: Lesson) -> dict[str, str]:
    more = [
        (gettext("Change"), lesson.change),
        (gettext("Evidence"), lesson.evidence),
    ]
    return {
        "text": lesson.text,
        "state": lesson.get_state_display(),
        "more": "\n".join(f"{label}: {text}" for label, text in more if text),
    }


def _action(action: CorrectiveAction) -> dict[str, str]:
    return {
        "title": action.title,
        "more": action.detail,
        "owner": _name(action.owner),
        "due": date_format(action.due_on, pgettext("date format", "j M Y")) if action.due_on else "–",
        "verifier": _name(action.verified_by or action.verifier),
        "state": action.get_state_display(),
        "outcome": action.cancel_reason or action.verification or action.result,
    }


def _name(person: User | None) -> str:
    return str(person) if person else "–"
