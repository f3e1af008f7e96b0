"""Where the targets' environments are, and what happens when one is missing."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.servers.ports import wait_for_port

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).parent.parent.parent / ".targets"
STOP_TIMEOUT_S = 10


def target_python(name: str) -> Path:
    """The Python of a target's environment; without it a test is skipped, or fails where CI is set."""
    python = FOLDER / name / "bin" / "python"
    if not python.exists():
        reason = f"the test target {name} is not installed: run `./run test`, which installs it"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return python


@contextmanager
def running(
    command: list[str], port: int, log: Path, *, cwd: Path, env: dict[str, str] | None = None, host: str = "127.0.0.1"
) -> Iterator[None]:
    """A server in a child process, in its own group, stopped by its pid."""
    with log.open("wb") as output:
        server = subprocess.Popen(
            command, stdout=output, stderr=output, cwd=cwd, env={**os.environ, **(env or {})}, start_new_session=True
        )
    try:
        wait_for_port(port, is_alive=server, host=host)
        yield
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


class RequestLog:
    """The requests in a target's own log: what the crawler asked for is counted there, not by the crawler."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read = 0

    def new(self) -> list[str]:
        """The paths asked for with GET since the last call."""
        text = self._file.read_text(encoding="utf-8", errors="replace")
        fresh, self._read = text[self._read :], len(text)
        return [part.split(" HTTP/")[0] for part in fresh.split("GET ")[1:]]
