"""Parsed lines into records: in this process for a small file, in helpers beside it for a large one.

Reading has to follow the file, since a line may say what later ones mean; digests and times need nothing but the lines,
and are more than half of the work. Blocks come back in the order of the file, and only a few are under way at a time.
"""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from core.processes.plain import Plain
from core.processes.pool import Pool
from trails.formats.interface import Dropped
from trails.records import AccessRecords, make_records
from trails.zipped_logs import size_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from trails.formats.interface import Parsed
    from trails.mapping.mapping_file import TrailMapping
    from trails.records import Doorkeeper
    from trails.times import TimeReading
    from trails.zipped_logs import LogPath

LARGE_BYTES: Final = 64 << 20
"""Below this a helper's start costs more than it saves."""
MOST_HELPERS: Final = 3
"""So many keep up with the one process that reads and writes."""


def _frame_bytes(frame: pl.DataFrame) -> bytes:
    """A table as Arrow's own bytes."""
    out = io.BytesIO()
    frame.write_ipc(out)
    return out.getvalue()


def _frame_of(data: bytes) -> pl.DataFrame:
    return pl.read_ipc(io.BytesIO(data))


ANSWERS: Final = Plain(AccessRecords, Dropped, others={pl.DataFrame: (_frame_bytes, _frame_of)})


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
    with Pool(open_maker, make, answers=ANSWERS, workers=helpers, at=name_of) as pool:
        yield from pool.work_through(parsed)


def open_maker(make: RecordMaker) -> RecordMaker:
    """What a helper does with each piece."""
    return make


def name_of(parsed: Parsed) -> str:
    """Which lines these are, for a message about them."""
    return f"line {parsed.numbers[0]}" if parsed.numbers else "a block without records"
