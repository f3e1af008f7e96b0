"""Names of processes, by which others on the same machine can tell whether they still live."""

from __future__ import annotations

import os
import socket

import psutil


def worker_name(of: str = "") -> str:
    """This process, so that another one on the same machine can tell whether it still lives.

    Args:
        of: Tells several workers in one process apart.
    """
    name = f"{socket.gethostname()}/{os.getpid()}/{_started(os.getpid())}"
    return f"{name}/{of}" if of else name


def is_dead(worker: str) -> bool:
    """Whether that process is known to have ended; never true of another machine's."""
    host, pid, started, *_ = (*worker.split("/"), "", "")
    return host == socket.gethostname() and pid.isdigit() and _started(int(pid)) != started


def _started(pid: int) -> str:
    try:
        return str(round(psutil.Process(pid).create_time()))
    except psutil.Error:
        return ""
