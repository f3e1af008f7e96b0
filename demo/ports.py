"""Free ports of 127.0.0.1."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable

HOST = "127.0.0.1"


def free_port(wanted: int = 0, patience_s: float = 0.0) -> int:
    """The wanted port when nothing listens on it, or soon does no more; else any free one."""
    with listener(wanted, patience_s) as found:
        return int(found.getsockname()[1])


def listener(wanted: int = 0, patience_s: float = 0.0) -> socket.socket:
    """What listens on the wanted port once nothing else does any more, or on any free one: nobody else gets it then."""
    until = time.monotonic() + patience_s
    while True:
        try:
            return socket.create_server((HOST, wanted))
        except OSError:
            if not wanted:
                raise
            if time.monotonic() > until:
                return socket.create_server((HOST, 0))
            time.sleep(0.2)


@dataclass(frozen=True, slots=True)
class Listening:
    """Sockets that listen from now on, for a child process that serves on them later; a context manager."""

    sockets: tuple[socket.socket, ...]

    @classmethod
    def on(cls, wanted: Iterable[int], patience_s: float = 0.0) -> Self:
        """One for each of the ports, if they are free or soon will be; 0 stands for any."""
        return cls(tuple(listener(port, patience_s) for port in wanted))

    @property
    def ports(self) -> tuple[int, ...]:
        """Of 127.0.0.1."""
        return tuple(int(one.getsockname()[1]) for one in self.sockets)

    @property
    def handles(self) -> tuple[int, ...]:
        """What the child is told, and has to inherit."""
        return tuple(one.fileno() for one in self.sockets)

    def close(self) -> None:
        """The child has them, or nobody wants them any more."""
        for one in self.sockets:
            one.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def inherited(handle: str) -> socket.socket:
    """In the child: what listens, by its handle."""
    return socket.socket(fileno=int(handle))
