"""Asks hosts in turn and prints when: ``asking_child.py DATABASE SOURCE DELAY TIMES KEY...``, a line a request.

A line is ``KEYS BEGAN ENDED``, by the clock that all processes of a machine share. ``TIMES`` 0 means: take one turn and
die with it.
"""

import os
import signal
import sys
import time

from core.clock import SystemClock
from core.database import Database
from crawler.polite.turns import HostTurns

url, source, delay, times, *keys = sys.argv[1:]
turns = HostTurns(source, Database(url), SystemClock())
for number in range(max(int(times), 1)):
    while wait := turns.ask(keys, float(delay), 60):
        time.sleep(wait)
    began = time.monotonic()
    time.sleep(0.003 * (number % 4))  # what an answer takes
    ended = time.monotonic()
    if times == "0":
        os.kill(os.getpid(), signal.SIGKILL)
    turns.end(keys)
    print(",".join(keys), began, ended, flush=True)  # noqa: T201  # what the test reads
