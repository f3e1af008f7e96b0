"""The site of scripts, in a child process; and whether there is a browser to read it with."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crawler.rendering.browser import PROGRAMS
from tests.servers.ports import free_port
from tests.targets.environments import running

if TYPE_CHECKING:
    from collections.abc import Iterator

SCRIPT = Path(__file__).with_name("script_server.py")


class ScriptSite:
    """Its address, and what it was asked for."""

    def __init__(self, port: int, log: Path) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._log = log

    def asked(self, address: str) -> list[str]:
        """The paths that were asked for at one of its addresses, each once, in order."""
        lines = [line.split() for line in self._log.read_text(encoding="utf-8").splitlines()]
        return list(dict.fromkeys(line[2] for line in lines if len(line) == 4 and line[0] == address))


@contextmanager
def script_server(folder: Path) -> Iterator[ScriptSite]:
    """Start it on a free port."""
    port, log = free_port(), folder / "scripts.log"
    with running([sys.executable, "-u", str(SCRIPT), str(port)], port, log, cwd=folder):
        yield ScriptSite(port, log)


def need_browser() -> None:
    """Skip a test where there is no Chromium; fail where CI is set."""
    if not any(map(shutil.which, PROGRAMS)):
        if os.environ.get("CI"):
            pytest.fail("chromium is not installed")
        pytest.skip("chromium is not installed")
