"""The board for members, in a child process."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.servers.ports import free_port
from tests.targets.environments import RequestLog, running
from tests.targets.members_server import COOKIE, KEY, PASSWORD, USER

if TYPE_CHECKING:
    from collections.abc import Iterator

SCRIPT = Path(__file__).with_name("members_server.py")
__all__ = ["COOKIE", "KEY", "PASSWORD", "USER", "Members", "members_server"]


@dataclass(frozen=True)
class Members:
    """Its address, and what it was sent."""

    url: str
    file: Path
    log: RequestLog

    def seen(self) -> str:
        """Everything it wrote down."""
        return self.file.read_text(encoding="utf-8")


@contextmanager
def members_server(folder: Path) -> Iterator[Members]:
    """Start it on a free port."""
    port, log = free_port(), folder / "members.log"
    with running([sys.executable, "-u", str(SCRIPT), str(port)], port, log, cwd=folder):
        yield Members(f"http://127.0.0.1:{port}", log, RequestLog(log))
