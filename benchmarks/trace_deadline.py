"""`make trace-deadline`: which of our files a missed deadline goes through until the mail server has its alert.

One real worker, PostgreSQL, Redis and a mail server. A first deadline goes through untraced; the second is traced
from the moment at which it is due. A file counts when a function of it runs in the task that fires the deadline or
in the one that sends the alert.
"""

from __future__ import annotations

import json
import socket
import sys
import time
from collections.abc import Callable

from aiosmtpd.controller import Controller

from benchmarks.installation import BEAT, Site, own_site
from demo.processes import spawn

MOST_FILES = 20
MOST_SECONDS = 60
WORKER = (
    *(sys.executable, "-m", "celery", "-A", "benchmarks.traced_worker", "worker", "--pool", "solo"),
    *("--loglevel", "warning", "--without-gossip", "--queues", "engine,deliveries,default"),
)
DJANGO = "import django; django.setup(); from benchmarks.loading import arm_many, make_people; "


class Inbox:
    def __init__(self) -> None:
        self.count = 0

    async def handle_DATA(self, *_session: object) -> str:
        self.count += 1
        return "250 accepted"


def main() -> int:
    inbox, port = Inbox(), _free_port()
    server = Controller(inbox, hostname="127.0.0.1", port=port)
    server.start()
    try:
        with own_site() as site:
            files = _trace(site, inbox, port)
    finally:
        server.stop()
    sys.stdout.write("".join(f"{file}\n" for file in files))
    sys.stdout.write(f"{len(files)} files from due to accepted by the mail server (at most {MOST_FILES})\n")
    return 1 if len(files) > MOST_FILES else 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _trace(site: Site, inbox: Inbox, port: int) -> list[str]:
    record, begun = site.directory / "trace.jsonl", site.directory / "trace-from-here"
    environment = {
        **site.environment(),
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
        "TRACE_INTO": str(record),
        "TRACE_FROM": str(begun),
    }
    site.run("-c", DJANGO + "make_people()")
    processes = [
        spawn(command, environment, site.directory / f"{name}.log")
        for name, command in (("worker", WORKER), ("beat", BEAT))
    ]
    try:
        _miss_one(site, inbox)
        begun.touch()
        _miss_one(site, inbox)
        wanted = ("escalations.tasks.fire_due", "notifications.tasks.deliver")
        _wait(lambda: all(_longest(record.read_text(), task) for task in wanted))
        time.sleep(3)  # the task that sent writes its line when it ends
        return sorted({file for task in wanted for file in _longest(record.read_text(), task)})
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(30)


def _miss_one(site: Site, inbox: Inbox) -> None:
    before = inbox.count
    site.run("-c", DJANGO + "arm_many(1, due_in=1)")
    _wait(lambda: inbox.count > before)
    time.sleep(5)  # whatever else goes out about it


def _longest(record: str, task: str) -> list[str]:
    """The files of the run of `task` that did something: it touches more of them than those that found nothing."""
    runs = [json.loads(line) for line in record.splitlines()]
    return max((run["files"] for run in runs if run["task"] == task), key=len, default=[])


def _wait(condition: Callable[[], object]) -> None:
    until = time.monotonic() + MOST_SECONDS
    while not condition():
        if time.monotonic() > until:
            sys.exit(
                f"nothing came within {MOST_SECONDS} s; the processes' logs lay in the trace's own directory"
            )
        time.sleep(0.2)


if __name__ == "__main__":
    sys.exit(main())
