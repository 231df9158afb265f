"""How the fields of a post-mortem are grouped: on the page, in the forms, in print."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.levels import Level
from postmortems.models import PostMortem


@dataclass(frozen=True)
class Section:
    code: str
    label: str | Promise
    icon: str
    fields: tuple[str, ...]


SECTIONS = (
    Section("summary", _("What happened"), "file-text", ("summary",)),
    Section("impact", _("What it cost"), "scale", ("impact_financial", "impact_legal", "impact_trust")),
    Section(
        "response",
        _("How we responded"),
        "message-square-text",
        ("strategy_effect", "worked", "did_not_work", "protect_brand"),
    ),
    Section(
        "causes",
        _("Why it happened"),
        "git-branch",
        ("contributing_factors", "why_1", "why_2", "why_3", "why_4", "why_5"),
    ),
    Section(
        "feedback", _("Feedback and weak points"), "messages-square", ("feedback_analysis", "weak_points")
    ),
    Section(
        "recovery",
        _("Recovery plan"),
        "sprout",
        (
            "recovery_identity",
            "recovery_audience",
            "recovery_channels",
            "recovery_values",
            "recovery_relationship",
            "recovery_milestones",
            "thanks",
        ),
    ),
    Section("prevention", _("What we change and publish"), "shield-check", ("prevention", "public_summary")),
)
BY_CODE = {section.code: section for section in SECTIONS}

_SHORT = ("summary", "worked", "did_not_work", "contributing_factors", "prevention")
_FULL = (
    "summary",
    "strategy_effect",
    "worked",
    "did_not_work",
    "protect_brand",
    "contributing_factors",
    "why_1",
    "feedback_analysis",
    "weak_points",
    "prevention",
)


def required_fields(level: int | None) -> tuple[str, ...]:
    """What must be written before a review: the long form for L1 and L2, a short one below."""
    return _FULL if (level or Level.L2) <= Level.L2 else _SHORT


def section_of(field: str) -> Section:
    return next(section for section in SECTIONS if field in section.fields)


def text_field(name: str) -> models.TextField:
    """The model's own field: its label, the question that it asks, its limit."""
    return cast(models.TextField, PostMortem._meta.get_field(name))


def label_of(name: str) -> str:
    return str(text_field(name).verbose_name)
