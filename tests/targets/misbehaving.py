"""The server that misbehaves, in a child process."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.servers.ports import free_port, wait_for_port
from tests.targets.environments import RequestLog, running

if TYPE_CHECKING:
    from collections.abc import Iterator

SCRIPT = Path(__file__).with_name("misbehaving_server.py")


@dataclass(frozen=True)
class Misbehaving:
    """Its addresses: without robots.txt, with one that forbids, one that fails, and one that asks for a pause."""

    url: str
    forbids: str
    robots_fails: str
    slow: str
    log: RequestLog
    """Of all four."""


@contextmanager
def misbehaving_server(folder: Path) -> Iterator[Misbehaving]:
    """Start it on free ports."""
    ports: list[int] = []
    while len(ports) < 4:
        port = free_port()
        if port not in ports:
            ports.append(port)
    command = [sys.executable, "-u", str(SCRIPT), *map(str, ports)]
    with running(command, ports[0], folder / "log", cwd=folder):
        for port in ports[1:]:
            wait_for_port(port)
        first, forbids, fails, slow = (f"http://127.0.0.1:{port}" for port in ports)
        yield Misbehaving(first, forbids, fails, slow, RequestLog(folder / "log"))
