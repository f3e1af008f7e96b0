"""A scheduler in a process of its own, with jobs that write down each run: `python ... HOME DATABASE_URL RECORD`.

Ends on SIGTERM, cleanly. A job named `slow` waits until the scheduler is asked to stop and then hands its claim back.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

from core.clock import SystemClock
from core.database import Database
from core.settings import load_settings
from home import Home
from jobs.interface import Job
from scheduler import Scheduler

EVERY_S = 0.25


def main(home: str, url: str, record: str) -> None:
    """Run until told to stop."""
    settings = load_settings(home, database={"url": url}, scheduler={"tick_s": 0.05, "lease_s": 2.0})
    database = Database(url)
    over = threading.Event()

    def note(name: str) -> str:
        with Path(record).open("a", encoding="utf-8") as file:
            file.write(f"{name} {os.getpid()}\n")
        return "done"

    def slow() -> None:
        note("slow")
        over.wait(60)

    jobs = [Job(f"job{number}", EVERY_S, lambda n=number: note(f"job{n}")) for number in range(4)]  # type: ignore[misc]
    jobs.append(Job("slow", 86_400.0, slow))
    scheduler = Scheduler(Home.of(settings, database=database, clock=SystemClock()), lambda: jobs)
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    scheduler.start()
    over.wait()
    scheduler.stop()
    database.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
