"""A call that may hang is waited for only so long, and holds up neither its caller nor the end of the process."""

from __future__ import annotations

import subprocess
import sys
import time
from threading import Event, current_thread

import pytest

from notifications.channels import BoundedCall, first_ended
from notifications.channels.errors import AmbiguousFailure, PermanentFailure
from tests.pace import PATIENCE_SECONDS
from tests.processes import ROOT, environment


@pytest.fixture
def hang():
    """Waits for as long as the test runs."""
    over = Event()
    yield over.wait
    over.set()


def fail():
    raise PermanentFailure("gone")


def test_a_call_returns_its_value():
    assert BoundedCall(lambda: 7, seconds=60).result() == 7


def test_a_call_raises_what_went_wrong():
    call = BoundedCall(fail, seconds=60)
    with pytest.raises(PermanentFailure, match="gone"):
        call.result()
    assert isinstance(call.failure(), PermanentFailure)


def test_a_time_out_of_the_call_itself_stays_what_it_is():
    def silent():
        raise TimeoutError("the socket's own")

    assert str(BoundedCall(silent, seconds=60).failure()) == "the socket's own"


def test_a_call_that_hangs_may_have_arrived(hang, pace):
    began = time.monotonic()
    with pytest.raises(AmbiguousFailure, match=r"no answer within 0\.2 s"):
        BoundedCall(hang, seconds=0.2).result()
    assert time.monotonic() - began < pace.limit(2)


def test_the_first_that_ends_comes_first(hang):
    hanging, done = BoundedCall(hang, seconds=60), BoundedCall(lambda: None, seconds=60)
    assert first_ended([hanging, done], most_seconds=60) is done
    assert first_ended([hanging], most_seconds=0.05) is None


def test_the_first_that_is_out_of_time_comes_first(hang):
    patient, hasty = BoundedCall(hang, seconds=60), BoundedCall(hang, seconds=0.05)
    assert first_ended([patient, hasty], most_seconds=60) is hasty
    assert isinstance(hasty.failure(), AmbiguousFailure)


def test_calls_run_on_daemon_threads():
    assert BoundedCall(lambda: current_thread().daemon, seconds=60).result()


def test_a_hung_call_does_not_hold_up_the_end_of_the_process():
    program = (
        "import time; import django; django.setup(); from notifications.channels import BoundedCall\n"
        "print(BoundedCall(lambda: time.sleep(3600), seconds=0.1).failure())"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=True,
    )
    assert ended.stdout.strip() == "no answer within 0.1 s"
