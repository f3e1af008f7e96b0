"""Real SOCKS servers in child processes: microsocks, which passes everything on, and a tor that has no network."""

from __future__ import annotations

import os
import shutil
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.servers.ports import free_port
from tests.targets.environments import running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# An authority on a port that nobody listens on: tor never goes beyond this machine, and its SOCKS port is open.
TORRC = """
SocksPort 127.0.0.1:{port}
DataDirectory {data}
TestingTorNetwork 1
DirAuthority test orport=1 v3ident={zeros}1 127.0.0.1:1 {zeros}2
SafeLogging 0
Log info stdout
SocksTimeout 2
"""
LOG_WAIT_S = 20


@dataclass(frozen=True)
class SocksServer:
    """A running server."""

    address: str
    log: Path

    def comes_to_say(self, words: str) -> bool:
        """Whether its log holds the words, now or soon."""
        until = time.monotonic() + LOG_WAIT_S
        while time.monotonic() < until:
            if words in self.log.read_text(encoding="utf-8", errors="replace"):
                return True
            time.sleep(0.1)
        return False


def program(name: str, package: str = "") -> str:
    """A program of a package of Debian; without it a test is skipped, or fails where CI is set."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if not found:
        reason = f"{name} is not installed: apt install {package or name}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@contextmanager
def microsocks(folder: Path) -> Iterator[SocksServer]:
    """Start it on a free port."""
    port, log = free_port(), folder / "microsocks.log"
    with running([program("microsocks"), "-i", "127.0.0.1", "-p", str(port)], port, log, cwd=folder):
        yield SocksServer(f"127.0.0.1:{port}", log)


@contextmanager
def tor(folder: Path) -> Iterator[SocksServer]:
    """Start it on a free port."""
    port, log, file = free_port(), folder / "tor.log", folder / "torrc"
    file.write_text(TORRC.format(port=port, data=folder / "tor", zeros="0" * 39), encoding="ascii")
    with running([program("tor"), "-f", str(file)], port, log, cwd=folder):
        yield SocksServer(f"127.0.0.1:{port}", log)
