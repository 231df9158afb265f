"""Panels that the apps above register in the incident room: responses, mentions, the review."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from incidents.models import Incident
from people.models import User


@dataclass(frozen=True)
class Panel:
    code: str  # also the anchor on the page
    label: str | Promise
    icon: str
    template: str  # included with `incident`, `user` and, as `panel`, what `context` returns
    context: Callable[[Incident, User], dict[str, Any] | None]  # None: nothing to show yet
    position: int


_panels: dict[str, Panel] = {}


def register(panel: Panel) -> None:
    _panels[panel.code] = panel


def every() -> list[Panel]:
    return sorted(_panels.values(), key=lambda panel: panel.position)
