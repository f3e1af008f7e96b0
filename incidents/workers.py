"""Leases for work on one thing whose holder may have died: on this machine that shows at once, elsewhere in time."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

import psutil
from sqlalchemy import delete, select

from core.leases import Lease, take_lease

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


def worker_name() -> str:
    """This process, so that another one on the same machine can tell whether it still lives."""
    return f"{socket.gethostname()}/{os.getpid()}/{_started(os.getpid())}"


def is_dead(worker: str) -> bool:
    """Whether that process is known to have ended; never true of another machine's."""
    host, _, rest = worker.partition("/")
    pid, _, started = rest.partition("/")
    return host == socket.gethostname() and pid.isdigit() and _started(int(pid)) != started


def take_work(session: Session, name: str, *, worker: str, now: datetime, for_s: float) -> bool:
    """Take or renew the lease of that name; a dead process's is free."""
    held_by = session.scalar(select(Lease.worker).where(Lease.name == name))
    if held_by is not None and held_by != worker and is_dead(held_by):
        session.execute(delete(Lease).where(Lease.name == name, Lease.worker == held_by))
    return take_lease(session, name, worker=worker, now=now, for_s=for_s)


def end_work(session: Session, name: str, *, worker: str) -> None:
    """Remove the lease: there are as many names as documents, and none comes twice."""
    session.execute(delete(Lease).where(Lease.name == name, Lease.worker == worker))


def _started(pid: int) -> str:
    try:
        return str(round(psutil.Process(pid).create_time()))
    except psutil.Error:
        return ""
