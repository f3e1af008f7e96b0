"""A child that works on parts of a file, as a thread: what it is sent and what it says is as of a process."""

from __future__ import annotations

from contextlib import contextmanager
from multiprocessing import Pipe
from threading import Thread
from typing import TYPE_CHECKING

from core.processes.far_parts import OPENED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def child_of(serve: Callable[..., None], *arguments: object) -> Iterator[Callable[[bytes], bytes]]:
    """What asks a child that serves with these arguments beside its line, and could open what it needs."""
    here, there = Pipe()
    thread = Thread(target=serve, args=(there, *arguments))
    thread.start()
    try:
        assert OPENED.unpack(here.recv_bytes()) == (None, None)

        def ask(packed: bytes) -> bytes:
            here.send_bytes(packed)
            return here.recv_bytes()

        yield ask
    finally:
        here.close()
        thread.join()
        there.close()
