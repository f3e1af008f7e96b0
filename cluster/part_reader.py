"""A worker's child that reads parts of lists or of logs: behind walls, with the key, one generation and no more."""

from __future__ import annotations

from contextlib import suppress
from threading import Thread, current_thread
from typing import TYPE_CHECKING, Final

from cluster.units import ACCESS_LOG, CUSTOMERS
from core.processes.failures import error_of
from core.processes.far_parts import OPENED
from core.processes.plain import ForgedMessageError
from core.processes.walls.confinement import Rights
from core.processes.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection
    from pathlib import Path

    from fingerprints.secrets.keys import Key


def _serve_customers(line: Connection, key: Key, generation: Path | None) -> None:
    from custody.enrolment.parts import serve

    serve(line, key, generation)


def _serve_log(line: Connection, key: Key, _generation: Path | None) -> None:
    from trails.far_lines import serve  # with its tables, which no other work of a worker needs

    serve(line, key)


SERVE: Final[dict[str, Callable[[Connection, Key, Path | None], None]]] = {
    CUSTOMERS: _serve_customers,
    ACCESS_LOG: _serve_log,
}
"""What the child does, by what the parts are of."""


class PartReader:
    """Reads parts in a child that stays for as long as their kind, key and generation do."""

    def __init__(self) -> None:
        self._worker: Worker | None = None
        self._opened_for: tuple[str, Path | None, str, Thread] | None = None

    def read(self, packed: bytes | str, of: str, generation: Path | None, key: Key) -> bytes:
        """What a part gives, as whoever asked packs both; neither is read in this process.

        Args:
            packed: The part.
            of: What it is of.
            generation: The folder of the generation that it is read beside; none where there is no index yet.
            key: The master key.

        Raises:
            HinomiError: The index cannot be opened here, or that is no part.
            EOFError: The child ended.
        """
        if not isinstance(packed, bytes) or of not in SERVE:
            raise ForgedMessageError("a part of a file is sent as it is, with what it is of")
        try:
            worker = self._opened(of, generation, key)
            with suppress(ConnectionError):  # it has just ended: its answer says so
                worker.line.send_bytes(packed)
            return worker.line.receive()
        except (EOFError, ConnectionError):
            self.close()
            raise EOFError("the child that reads parts has ended") from None

    def interrupt(self) -> None:
        """End the child in the midst of a part; from another thread than the one that waits for it."""
        if (worker := self._worker) is not None:
            worker.kill()

    def close(self) -> None:
        """End the child."""
        if self._worker is not None:
            self._worker.end(at_once=True)
        self._worker = None

    def _opened(self, of: str, generation: Path | None, key: Key) -> Worker:
        wanted = of, generation, key.id, current_thread()  # with which the child ends
        if self._worker is not None and self._opened_for == wanted:
            return self._worker
        self.close()
        rights = Rights(reads=(str(generation),) if generation else ())
        self._worker, self._opened_for = Worker(SERVE[of], key, generation, rights=rights), wanted
        _, failure = OPENED.unpack(self._worker.line.receive())
        if failure:
            self.close()
            raise error_of(failure)
        return self._worker
