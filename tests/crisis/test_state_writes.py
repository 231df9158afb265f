"""Nothing but `common.transitions.change_state` writes the state of something that has a life cycle."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from functools import cache

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import Model

from common.transitions import LifeCycle

ROOT = settings.BASE_DIR
HELPER = "common/transitions.py"
# Rows of the two engines: no action moves them one by one, workers do, thousands at a time, in SQL that names the
# state it expects and under triggers that hold their transitions.
ENGINE_ROWS = {"escalations.Deadline", "notifications.Delivery"}
ENGINE_CODE = ("escalations/", "notifications/")
# The story's messages were never to be sent: they are marked as sent before any engine runs.
STORY = "demo/loading.py"
WRITING_CALLS = {"update", "create", "get_or_create", "update_or_create", "set_fields"}
SQL = re.compile(r"\bset\b[^;]*\bstate\s*=", re.IGNORECASE)


@cache
def own_apps() -> list[str]:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    return sorted(packages - {"tests", "benchmarks"})


@cache
def stateful_models() -> list[type[Model]]:
    return [
        model
        for model in apps.get_models()
        if model._meta.app_label in own_apps() and "state" in {field.name for field in model._meta.fields}
    ]


@cache
def stateful_names() -> set[str]:
    return {model.__name__ for model in stateful_models()}


def lives(app: str) -> list[LifeCycle]:
    rules = importlib.import_module(f"{app}.rules")
    return [value for value in vars(rules).values() if isinstance(value, LifeCycle)]


def state_writes(source: str) -> Iterator[int]:
    """The lines that write a field `state`, or may do so."""
    for node in ast.walk(ast.parse(source)):
        if (
            (isinstance(node, ast.Attribute) and node.attr == "state" and isinstance(node.ctx, ast.Store))
            or (isinstance(node, ast.Call) and _writes_state(node))
            or (isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.search(node.value))
        ):
            yield node.lineno


def _writes_state(call: ast.Call) -> bool:
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    if name == "setattr":
        return _names_state(call.args[1])
    if name == "bulk_update":
        return any(map(_names_state, [*call.args, *(item.value for item in call.keywords)]))
    if name in ("save", "asave"):
        return any(_names_state(item.value) for item in call.keywords if item.arg == "update_fields")
    if name in stateful_names() or name.removeprefix("a") in WRITING_CALLS:
        given = [item.value for item in call.keywords if item.arg in (None, "defaults", "create_defaults")]
        return "state" in {item.arg for item in call.keywords} or any(map(_names_state, given))
    return False


def _names_state(expression: ast.expr) -> bool:
    return any(isinstance(node, ast.Constant) and node.value == "state" for node in ast.walk(expression))


def test_only_the_helper_writes_the_state_of_what_has_a_life_cycle():
    found = []
    for app in own_apps():
        for path in sorted((ROOT / app).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if name.startswith(ENGINE_CODE) or name in (HELPER, STORY) or "/migrations/" in name:
                continue
            found += [f"{name}:{line}" for line in state_writes(path.read_text())]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "incident.state = 'closed'",
        "incident.state, incident.closed_at = 'closed', now",
        "setattr(incident, 'state', 'closed')",
        "incident.save(update_fields=['closed_at', 'state'])",
        "Incident.objects.filter(pk=1).update(state='closed')",
        "Incident.objects.filter(pk=1).update(**{'state': 'closed'})",
        "Incident.objects.bulk_update(incidents, ['state'])",
        "Incident.objects.update_or_create(pk=1, defaults={'state': 'closed'})",
        "Incident.objects.create(state='closed')",
        "Incident(state='closed').save()",
        "set_fields(incident, state='closed')",
        "cursor.execute('UPDATE incidents_incident SET closed_at = now(), state = %s', ['closed'])",
    ],
)
def test_a_write_that_goes_round_the_helper_is_found(line):
    assert list(state_writes(line)) == [1]


@pytest.mark.parametrize(
    "line",
    [
        "change_state(incident, 'closed', INCIDENT_LIFE, closed_at=now)",
        "Incident.objects.filter(state='closed').update(closed_at=now)",
        "incident.save(update_fields=['closed_at'])",
        "form = SettleForm(initial={'state': 'done'})",
        "is_over = incident.state == 'closed'",
        "cursor.execute('SELECT count(*) FROM incidents_incident WHERE state = %s', ['closed'])",
    ],
)
def test_reading_a_state_and_moving_it_by_the_helper_are_allowed(line):
    assert list(state_writes(line)) == []


@pytest.mark.parametrize("model", stateful_models(), ids=lambda model: model._meta.label)
def test_every_state_has_its_table_in_the_rules_of_its_app(model):
    if model._meta.label in ENGINE_ROWS:
        pytest.skip("moved by an engine, in guarded SQL")
    states = {value for value, _label in model._meta.get_field("state").flatchoices}
    (life,) = [life for life in lives(model._meta.app_label) if set(life.steps) == states]
    assert all(states.issuperset(targets) for targets in life.steps.values())
