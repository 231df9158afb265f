"""The mutants fit the code as it is; `make mutants` applies them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from django.apps import apps

from tests.mutants.data import Mutant, load
from tests.processes import ROOT

WIRING = {"crisis"}  # no Django app, and yet with rules of its own
SOUND = Mutant(
    app="people",
    rule="nobody",
    file="people/actions.py",
    old="def set_preferences(",
    new="",
    test="tests/mutants/test_data.py::test_every_app_has_three",
)


@pytest.mark.parametrize("mutant", load(), ids=lambda mutant: mutant.name)
def test_each_fits_the_code(mutant):
    assert mutant.fault(ROOT) == ""


def test_every_app_has_three():
    counts = Counter(mutant.app for mutant in load())
    ours = {config.name for config in apps.get_app_configs() if Path(config.path).parent == ROOT}
    assert counts.keys() == ours | WIRING
    assert min(counts.values()) >= 3


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({}, ""),
        ({"file": "people/nowhere.py"}, "there is no people/nowhere.py"),
        ({"old": "this stands nowhere"}, "stands 0 times"),
        ({"old": "user"}, "times in people/actions.py, not once"),
        (
            {"test": "tests/mutants/test_data.py::test_nothing"},
            "there is no tests/mutants/test_data.py::test_nothing",
        ),
    ],
)
def test_what_does_not_fit_is_named(changed, fault):
    mutant = Mutant(**(vars(SOUND) | changed))
    assert fault in mutant.fault(ROOT)
    assert bool(mutant.fault(ROOT)) == bool(fault)
