"""A Celery worker of the product that notes which of its files each task runs: `celery -A benchmarks.traced_worker`.

Nothing is noted before the file TRACE_FROM exists, so that what is imported and remembered the first time does not
count. Threads that a task starts belong to it.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import Any

from celery import Task
from celery.signals import task_postrun, task_prerun

from crisis.celery import app as celery

__all__ = ["celery"]

ROOT = Path(__file__).resolve().parent.parent
OURS = f"{ROOT}{os.sep}"
NOT_OURS = tuple(f"{OURS}{name}{os.sep}" for name in ("benchmarks", "tests", ".venv", "var"))
_seen: set[str] = set()


def _note(frame: FrameType, event: str, _argument: Any) -> None:
    name = frame.f_code.co_filename
    # Code that runs because a module is imported is not on the way of this deadline.
    if event == "call" and name.startswith(OURS) and frame.f_code.co_name != "<module>":
        _seen.add(name)


@task_prerun.connect
def begin(**_signal: object) -> None:
    _seen.clear()
    if Path(os.environ["TRACE_FROM"]).exists():
        sys.setprofile(_note)
        threading.setprofile(_note)


@task_postrun.connect
def end(task: Task, **_signal: object) -> None:
    sys.setprofile(None)
    threading.setprofile(None)
    files = sorted(name.removeprefix(OURS) for name in _seen if not name.startswith(NOT_OURS))
    with open(os.environ["TRACE_INTO"], "a") as record:
        record.write(json.dumps({"task": task.name, "files": files}) + "\n")
