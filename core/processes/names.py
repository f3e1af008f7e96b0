"""Names of processes, by which others on the same machine can tell whether they still live."""

from __future__ import annotations

import os
import socket
from functools import cache
from pathlib import Path
from typing import Final

import psutil

_MACHINE_ID: Final = Path("/etc/machine-id")
"""What systemd and others call a machine by (machine-id(5)); two machines may have one host name."""
_SHOWN: Final = 8
"""Characters of it, enough to tell machines of one name apart."""


def worker_name(of: str = "") -> str:
    """This process, so that another one on the same machine can tell whether it still lives.

    Args:
        of: Tells several workers in one process apart.
    """
    name = f"{machine_name()}/{os.getpid()}/{_started(os.getpid())}"
    return f"{name}/{of}" if of else name


def is_dead(worker: str) -> bool:
    """Whether that process is known to have ended; never true of another machine's."""
    host, pid, started, *_ = (*worker.split("/"), "", "")
    return host == machine_name() and pid.isdigit() and _started(int(pid)) != started


@cache
def machine_name() -> str:
    """This machine: its host name, and a part of its number where it has one that can be read."""
    try:
        number = _MACHINE_ID.read_text(encoding="ascii").strip()[:_SHOWN]
    except (OSError, UnicodeDecodeError):
        number = ""
    return f"{socket.gethostname()}~{number}" if number.isalnum() else socket.gethostname()


def _started(pid: int) -> str:
    try:
        return str(round(psutil.Process(pid).create_time()))
    except psutil.Error:
        return ""
