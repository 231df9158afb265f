"""Read by every Python process whose clock is moved, through PYTHONPATH: a `time.sleep` that sleeps.

Debian's libfaketime 0.9.10 hands the kernel an instant that it refuses ("Invalid argument") when a program sleeps
until a moment of the monotonic clock, as Python does from 3.11 on. Waiting for no file at all is the same.
"""

import select
import time


def sleep(seconds: float) -> None:
    select.select((), (), (), seconds)


time.sleep = sleep
