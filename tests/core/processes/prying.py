"""What somebody who got hold of a worker would try first; each try by its name, and how it ended."""

from __future__ import annotations

import json
import os
import pickle
import resource
import signal
import socket
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

OPEN = "open"


def pry(line: Connection, files: list[str], port: int) -> None:
    """Try it all, and say what was open."""
    line.send_bytes(json.dumps(tries(files, port)).encode())


def tries(files: list[str], port: int) -> dict[str, str]:
    """Each try and how it ended: open, or the name of the error."""
    wanted: dict[str, Callable[[], object]] = {
        **{f"read {file}": Path(file).read_bytes for file in files},
        **{f"write {file}": lambda file=file: Path(file).open("ab").close() for file in files},  # type: ignore[misc]
        "parent's environment": lambda: Path(f"/proc/{os.getppid()}/environ").read_bytes(),
        "parent's memory": lambda: Path(f"/proc/{os.getppid()}/mem").open("rb").close(),
        "signal to the parent": lambda: os.kill(os.getppid(), signal.SIGCONT),
        "own folder": lambda: Path("mine").write_text("mine", encoding="ascii"),
        "connection": lambda: socket.create_connection(("127.0.0.1", port), 2).close(),
        "name look-up": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close(),
    }
    return {name: _ended(one) for name, one in wanted.items()}


def _ended(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except OSError as error:
        return type(error).__name__
    return OPEN


def tell_about_itself(line: Connection) -> None:
    """Its environment, where it stands, and its limits."""
    kinds = {"core": resource.RLIMIT_CORE, "files": resource.RLIMIT_NOFILE, "data": resource.RLIMIT_DATA}
    limits = {name: resource.getrlimit(kind) for name, kind in kinds.items()}
    line.send_bytes(json.dumps([dict(os.environ), str(Path.cwd()), limits]).encode())


def swell(line: Connection, mib: int) -> None:
    """Take so much memory."""
    try:
        held = bytearray(mib << 20)
    except MemoryError:
        line.send_bytes(b"refused")
    else:
        line.send_bytes(b"taken %d" % len(held))


def work_for_ever(line: Connection) -> None:
    """Say that it has begun, and never listen again."""
    line.send_bytes(b"begun")
    while True:
        pass


class Grenade:
    """An object that makes a file when somebody unpickles it."""

    def __init__(self, file: str) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
        return Path.touch, (Path(self.file),)  # type: ignore[return-value]  # a path, as `touch` wants


def throw(line: Connection, file: str) -> None:
    """Send a grenade, as `multiprocessing` itself would send an answer."""
    line.send(Grenade(file))


def open_thrower(file: str) -> Callable[[int], int]:
    """For a pool: work that throws down the line of the process it is done in."""

    def work(number: int) -> int:
        del number
        body = pickle.dumps(Grenade(file))
        for descriptor in range(3, 64):  # one of them is the line
            try:
                os.write(descriptor, len(body).to_bytes(4, "big") + body)
            except OSError:
                continue
        return 0

    return work
