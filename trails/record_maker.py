"""Parsed lines into records: in this process for a small file, in helpers beside it for a large one.

Reading has to follow the file, since a line may say what later ones mean; digests and times need nothing but the lines,
and are more than half of the work. Blocks come back in the order of the file, and only a few are under way at a time.
"""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from trails.records import make_records
from trails.zipped_logs import size_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from trails.formats.interface import Parsed
    from trails.mapping.mapping_file import TrailMapping
    from trails.records import AccessRecords, Doorkeeper
    from trails.times import TimeReading
    from trails.zipped_logs import LogPath

LARGE_BYTES: Final = 64 << 20
"""Below this a helper's start costs more than it saves."""
MOST_HELPERS: Final = 3
"""So many keep up with the one process that reads and writes."""
_AHEAD: Final = 2

_make: RecordMaker | None = None


@dataclass(frozen=True)
class RecordMaker:
    """Everything that is needed to turn lines of one import into records."""

    mapping: TrailMapping
    reading: TimeReading
    door: Doorkeeper
    now: datetime

    def __call__(self, parsed: Parsed) -> AccessRecords:
        """The records of some lines."""
        return make_records(parsed, self.mapping, self.reading, self.door, now=self.now)


def choose_helpers(path: LogPath) -> int:
    """How many processes to work in beside this one."""
    return min(MOST_HELPERS, (os.cpu_count() or 1) - 1) if size_of(path) >= LARGE_BYTES else 0


def make_all(parsed: Iterable[Parsed], make: RecordMaker, helpers: int) -> Iterator[AccessRecords]:
    """The records of each piece, in order."""
    if not helpers:
        yield from map(make, parsed)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(helpers, context, _start, (make,)) as pool:
        under_way: deque[Future[AccessRecords]] = deque()
        try:
            for piece in parsed:
                under_way.append(pool.submit(_work, piece))
                if len(under_way) > helpers * _AHEAD:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            for future in under_way:
                future.cancel()


def _start(make: RecordMaker) -> None:
    global _make  # noqa: PLW0603  # one a process, made by the pool's initializer
    _make = make


def _work(parsed: Parsed) -> AccessRecords:
    if _make is None:
        raise AssertionError("the pool did not run its initializer")
    return _make(parsed)
