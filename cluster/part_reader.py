"""A worker's child that reads parts of customers' files: behind walls, with the key, one generation and no more."""

from __future__ import annotations

from contextlib import suppress
from threading import Thread, current_thread
from typing import TYPE_CHECKING

from core.processes.failures import error_of
from core.processes.plain import ForgedMessageError
from core.processes.walls.confinement import Rights
from core.processes.worker import Worker
from custody.enrolment.parts import ANSWERS, serve

if TYPE_CHECKING:
    from pathlib import Path

    from fingerprints.secrets.keys import Key


class PartReader:
    """Reads parts in a child that stays for as long as key and generation do."""

    def __init__(self) -> None:
        self._worker: Worker | None = None
        self._opened_for: tuple[Path | None, str, Thread] | None = None

    def read(self, packed: bytes | str, generation: Path | None, key: Key) -> bytes:
        """What a part gives, as `custody.enrolment.parts` packs both; neither is read in this process.

        Args:
            packed: The part.
            generation: The folder of the generation that it is read beside; none where there is no index yet.
            key: The master key.

        Raises:
            HinomiError: The index cannot be opened here, or that is no part.
            EOFError: The child ended.
        """
        if not isinstance(packed, bytes):
            raise ForgedMessageError("a part of a file is sent as it is")
        try:
            worker = self._opened(generation, key)
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

    def _opened(self, generation: Path | None, key: Key) -> Worker:
        wanted = generation, key.id, current_thread()  # with which the child ends
        if self._worker is not None and self._opened_for == wanted:
            return self._worker
        self.close()
        rights = Rights(reads=(str(generation),) if generation else ())
        self._worker, self._opened_for = Worker(serve, key, generation, rights=rights), wanted
        _, failure = ANSWERS.unpack(self._worker.line.receive())
        if failure:
            self.close()
            raise error_of(failure)
        return self._worker
