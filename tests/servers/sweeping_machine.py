"""A machine that sweeps: a home's scheduler in a process of its own, until SIGTERM: ``python -m … HOME``."""

from __future__ import annotations

import signal
import sys
import threading

from core.clock import SystemClock
from core.database import Database
from core.settings import load_settings
from home import Home
from scheduler import Scheduler, all_jobs


def main(folder: str) -> None:
    """Run until told to stop."""
    settings = load_settings(folder)
    database = Database(settings.database_url)
    stop = threading.Event()
    home = Home.of(settings, database=database, clock=SystemClock())
    jobs = all_jobs(home, stop)
    names = ("sweep:", "recover")
    scheduler = Scheduler(home, lambda: [job for job in jobs() if job.name.startswith(names)])
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    scheduler.start()
    stop.wait()
    scheduler.stop()
    database.close()


if __name__ == "__main__":
    main(sys.argv[1])
