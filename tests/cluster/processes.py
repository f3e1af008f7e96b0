"""A scheduler and workers as children: started, stopped, killed, each by its own id."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psutil

from tests.servers.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Mapping

START_S: Final = 150.0
POLL_S: Final = 0.05
ALLOWED_FAILURES: Final = 20
"""Deaths after which the engine by itself gives up whatever a dead worker had in hand."""
SCHEDULER: Final = {
    "SCHEDULER__ALLOWED_FAILURES": str(ALLOWED_FAILURES),
    "ADMIN__TICK__INTERVAL": "1s",
    "WORKER__PROFILE__ENABLED": "false",
}
"""As docs/operators.md has it."""
ROOT: Final = Path(__file__).parents[2]
HOME_FILES: Final = ("hinomi.toml", "key")


class Processes:
    """Children of a test.

    Args:
        folder: Where logs, and homes of workers, are.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.address = f"tcp://127.0.0.1:{self.port}"
        self._children: list[subprocess.Popen[bytes]] = []

    def scheduler(self, *more: str) -> subprocess.Popen[bytes]:
        """A scheduler at the address; it forgives deaths."""
        arguments = ["-m", "dask", "scheduler", "--host", self.address.partition(":")[0] + "://127.0.0.1"]
        arguments += ["--port", str(self.port), *more]
        variables = {f"DASK_DISTRIBUTED__{name}": value for name, value in SCHEDULER.items()}
        child = self._start("scheduler", [*arguments, "--no-dashboard", "--no-show"], variables)
        self._wait(child, lambda: _listens(self.port))
        return child

    def worker(self, home: Path, module: str = "cli", **variables: str) -> subprocess.Popen[bytes]:
        """A worker that has joined."""
        name = f"worker-{len(self._children)}"
        arguments = ["-m", module, "--home", str(home), "--lang", "en", "worker", "--scheduler", self.address]
        child = self._start(name, arguments, variables)
        self._wait(child, lambda: b"working for" in (self.folder / f"{name}.log").read_bytes())
        return child

    def scan(self, home: Path, dump: Path, **variables: str) -> subprocess.Popen[bytes]:
        """A scan by the cluster; its answer goes to the file of `said`."""
        return self.command(home, "scan", str(dump), "--json", **variables)

    def command(
        self, home: Path, name: str, *arguments: str, module: str = "cli", **variables: str
    ) -> subprocess.Popen[bytes]:
        """A command that asks the cluster."""
        given = {"HINOMI_CLUSTER__SCHEDULER": self.address, "HINOMI_CLUSTER__WAIT_S": "30", **variables}
        return self._start(name, ["-m", module, "--home", str(home), "--lang", "en", name, *arguments], given)

    def log(self, name: str) -> str:
        """What a child said beside its answer."""
        return (self.folder / f"{name}.log").read_text("utf-8")

    def said(self, name: str = "scan") -> bytes:
        """The answer of the last command of that name."""
        return (self.folder / f"{name}.out").read_bytes()

    def end(self, child: subprocess.Popen[bytes], by: signal.Signals = signal.SIGKILL) -> int:
        """End a child; what it exited with."""
        if child.poll() is None:
            child.send_signal(by)
        return child.wait(START_S)

    def close(self) -> None:
        """End everything that was started here."""
        for child in reversed(self._children):
            below = psutil.Process(child.pid).children(recursive=True) if child.poll() is None else []
            child.kill()
            child.wait(START_S)
            for one in below:
                with suppress(psutil.Error):
                    one.kill()

    def _start(self, name: str, arguments: list[str], variables: Mapping[str, str]) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), **variables}
        with (self.folder / f"{name}.out").open("wb") as out, (self.folder / f"{name}.log").open("wb") as log:
            child = subprocess.Popen([sys.executable, *arguments], env=environment, stdout=out, stderr=log)
        self._children.append(child)
        return child

    def _wait(self, child: subprocess.Popen[bytes], is_there: object) -> None:
        assert callable(is_there)
        until = time.monotonic() + START_S
        while not is_there():
            assert child.poll() is None, self.folder
            assert time.monotonic() < until, "it did not start"
            time.sleep(POLL_S)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def copied_home(home: Path, to: Path) -> Path:
    """Another machine's home with the same key and index."""
    to.mkdir(mode=0o700)
    for name in HOME_FILES:
        shutil.copy2(home / name, to)
    shutil.copytree(home / "index", to / "index")
    return to
