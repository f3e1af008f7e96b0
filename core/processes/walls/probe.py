"""Which walls really stand around a worker here: one is started, and tries."""

from __future__ import annotations

import json
import socket
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from core.processes.walls.confinement import Protections
from core.processes.worker import Worker

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


def try_walls(file: Path) -> Protections:
    """Whether a worker is kept from a file that it has no business with, and from the network."""
    worker = Worker(_try, str(file))
    try:
        with suppress(EOFError, ConnectionError):
            reached, connected = json.loads(worker.line.receive())
            return Protections(files=not reached, calls=not connected)
    finally:
        worker.end()
    return Protections(files=False, calls=False)


def _try(line: Connection, file: str) -> None:
    """What could be reached."""
    reached, connected = True, True
    try:
        Path(file).open("rb").close()
    except OSError:
        reached = False
    try:
        socket.socket().close()
    except OSError:
        connected = False
    line.send_bytes(json.dumps([reached, connected]).encode())
