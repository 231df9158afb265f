"""Forms and actions are run in one way: no view has its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django import forms
from django.apps import apps
from django.conf import settings

from common.forms import Form, ModelForm

REFUSALS = {"ActionRefused", "NotAllowed", "Invalid", "Conflict"}
OUR_APPS = {config.name for config in apps.get_app_configs() if Path(config.path).parent == settings.BASE_DIR}


def views() -> list[Path]:
    """Every module of ours that answers a request with a page."""
    files = (path for app in OUR_APPS for path in (settings.BASE_DIR / app).rglob("*.py"))
    return [path for path in files if "views" in path.parts or path.stem.endswith("views")]


def caught(source: str) -> Iterator[int]:
    """The lines on which a refusal is caught, by `except` or by `suppress`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ExceptHandler):
            named = node.type
        elif isinstance(node, ast.Call) and "suppress" in ast.unparse(node.func):
            named = node
        else:
            continue
        names = {part.id for part in ast.walk(named or ast.Pass()) if isinstance(part, ast.Name)}
        names |= {part.attr for part in ast.walk(named or ast.Pass()) if isinstance(part, ast.Attribute)}
        if names & REFUSALS:
            yield node.lineno


def test_no_view_catches_a_refusal():
    found = [
        f"{path.relative_to(settings.BASE_DIR)}:{line}"
        for path in views()
        for line in caught(path.read_text())
    ]
    assert len(views()) > 20
    assert not found, "common.pages runs the action and says why it refused"


@pytest.mark.parametrize(
    "source",
    [
        "try:\n    act()\nexcept ActionRefused as refused:\n    pass",
        "try:\n    act()\nexcept (KeyError, errors.Conflict):\n    pass",
        "with suppress(Invalid):\n    act()",
    ],
)
def test_a_caught_refusal_is_found(source):
    assert list(caught(source))


def test_other_errors_may_be_caught():
    assert not list(caught("try:\n    act()\nexcept (KeyError, ValueError):\n    pass"))


def of_ours(base: type) -> Iterator[type]:
    for form in base.__subclasses__():
        yield from of_ours(form)
        if form.__module__.partition(".")[0] in OUR_APPS and not form.__module__.endswith(".admin"):
            yield form


def test_every_form_has_the_one_base(client):
    client.get("/")  # every view, and with it every form, is imported by now
    own = {form for form in of_ours(forms.BaseForm) if form.__module__ != "common.forms"}
    assert len(own) > 40
    assert not [form for form in own if not issubclass(form, Form | ModelForm)]
