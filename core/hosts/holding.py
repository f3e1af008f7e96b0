"""Holding on to a lease while a long work is done: a thread renews it, and whoever lost it learns so before it counts.

A lease is short, so that what a dead machine held is soon somebody else's; the work may be long. Renewal never takes a
lease anew: once another worker has it, or it was given back, the thread ends.
"""

from __future__ import annotations

import secrets
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from core.errors import HinomiError
from core.hosts.clock import shared_now
from core.leases import give_back_lease, renew_lease, take_lease
from core.logs import get_logger
from core.processes.names import worker_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.clock import Clock
    from core.database import Database

BEATS_A_LEASE = 4
LOOK_AGAIN_S = 0.2

log = get_logger()


@contextmanager
def renewed(database: Database, clock: Clock, name: str, *, worker: str, for_s: float) -> Iterator[None]:
    """Renew a lease that was taken until the block ends; it is not given back here.

    A database that cannot be reached is asked again at the next beat: the lease may outlast that, or be lost.
    """
    over = threading.Event()

    def beat() -> None:
        while not over.wait(for_s / BEATS_A_LEASE):
            try:
                with database.write() as session:
                    now = shared_now(session, clock)
                    if not renew_lease(session, name, worker=worker, now=now, for_s=for_s):
                        log.warning("lease.lost", name=name)
                        return
            except HinomiError as error:
                log.warning("lease.not_renewed", name=name, error=type(error).__name__)

    thread = threading.Thread(target=beat, name=f"lease-{name}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextmanager
def held_lease(database: Database, clock: Clock, name: str, *, for_s: float) -> Iterator[None]:
    """Hold a lease from the moment that nobody else has it until the block ends."""
    worker = worker_name(secrets.token_hex(4))
    while True:
        with database.write() as session:
            if take_lease(session, name, worker=worker, now=shared_now(session, clock), for_s=for_s):
                break
        time.sleep(LOOK_AGAIN_S)
    try:
        with renewed(database, clock, name, worker=worker, for_s=for_s):
            yield
    finally:
        with database.write() as session:
            give_back_lease(session, name, worker=worker)
