"""The proxy, in a child process."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.servers.ports import free_port
from tests.targets.environments import running

if TYPE_CHECKING:
    from collections.abc import Iterator

SCRIPT = Path(__file__).with_name("proxy.py")


@dataclass(frozen=True)
class Proxy:
    """A running proxy."""

    address: str
    log: Path

    def asked(self) -> list[str]:
        """What it was asked for, a line a connection."""
        return [
            line for line in self.log.read_text(encoding="utf-8").splitlines() if line.startswith(("http", "socks"))
        ]

    def users(self) -> set[str]:
        """Names and passwords that it was given."""
        lines = self.log.read_text(encoding="utf-8").splitlines()
        return {line.removeprefix("user ") for line in lines if line.startswith("user ")}


@contextmanager
def proxy_server(folder: Path, target: str) -> Iterator[Proxy]:
    """Start it on a free port; whatever name it is asked for, it goes to ``target``."""
    port = free_port()
    command = [sys.executable, "-u", str(SCRIPT), str(port), target.rpartition(":")[2]]
    with running(command, port, folder / "proxy.log", cwd=folder):
        yield Proxy(f"127.0.0.1:{port}", folder / "proxy.log")
