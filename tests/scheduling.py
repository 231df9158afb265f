"""Which tests stay together on one worker of xdist, and which come first."""

from __future__ import annotations

from pathlib import Path

from xdist.scheduler import LoadFileScheduling

# They share one running demo, in this order: the last ones damage it.
IN_THE_DEMO = ("tests/browser/test_main_job.py", "tests/demo/test_supervisor.py")
# What takes longest comes first, so that no worker is left with it at the end.
LONGEST_FIRST = (
    *IN_THE_DEMO,
    "tests/faults/",
    "tests/crisis/test_permissions.py",
    "tests/operations/",
    "tests/crisis/",
    "tests/",
)
ROOT = Path(__file__).resolve().parents[1]


class ByFile(LoadFileScheduling):
    """The tests of a file stay together: some share one site. So do those that share the demo."""

    def _split_scope(self, nodeid: str) -> str:
        scope = super()._split_scope(nodeid)
        return IN_THE_DEMO[0] if scope in IN_THE_DEMO else scope


def place(path: Path) -> int:
    """The place in LONGEST_FIRST of a file of tests."""
    name = path.relative_to(ROOT).as_posix()
    return next(number for number, start in enumerate(LONGEST_FIRST) if name.startswith(start))
