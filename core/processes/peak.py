"""How much memory a run holds at most: its own, and that of its helpers.

Pages of mapped files are no memory of anybody's: the system reads them in when they are wanted and takes them back when
it wants room. So the size that a process has in the end says little where an index of gigabytes is mapped; what counts
is looked at while the run is under way.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Self

import psutil

if TYPE_CHECKING:
    from types import TracebackType

LOOK_EVERY_S: Final = 0.2
_MIB: Final = 1 << 20


class PeakMemory:
    """Watches this process and its children while the context lasts; ``mib`` is the most that they held together."""

    def __init__(self) -> None:
        self._me = psutil.Process()
        self._ended = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="memory", daemon=True)
        self._most = 0

    @property
    def mib(self) -> float:
        """The most so far, now included, in MiB."""
        self._look()
        return self._most / _MIB

    def __enter__(self) -> Self:
        self._watcher.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._watcher.join()

    def _watch(self) -> None:
        while not self._ended.wait(LOOK_EVERY_S):
            self._look()

    def _look(self) -> None:
        held = 0
        for process in (self._me, *self._me.children(recursive=True)):
            with suppress(psutil.Error):  # it has just ended
                held += own_bytes(process)
        self._most = max(self._most, held)


def own_bytes(process: psutil.Process) -> int:
    """Memory that is no file's."""
    memory = process.memory_info()
    return int(memory.rss - getattr(memory, "shared", 0))
