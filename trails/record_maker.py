"""Lines into records: in this process for a small file, in helpers beside it for a large one.

Where a line may say what later ones mean, reading has to follow the file, and helpers are handed parsed lines; pieces
whose lines stand by themselves they are handed as they lie in the file. Answers come back in the order of the file, and
only a few pieces are under way at a time.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

import polars as pl

from core.processes.cores import count_cores
from core.processes.plain import Plain
from core.processes.pool import Pool
from trails.formats.interface import ApartReader, Dropped, Parsed
from trails.lines import Piece, block_of, texts_of
from trails.records import AccessRecords, make_records
from trails.zipped_logs import size_of

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Sequence
    from datetime import datetime

    from trails.formats.interface import FormatReader, TrailFormat
    from trails.mapping.mapping_file import TrailMapping
    from trails.records import Doorkeeper
    from trails.times import TimeReading
    from trails.zipped_logs import LogPath

LARGE_BYTES: Final = 64 << 20
"""Below this a helper's start costs more than it saves, and so does a line to workers elsewhere."""
MOST_HELPERS: Final = 3
"""So many keep up with the one process that hands out, sorts and writes."""


def frame_bytes(frame: pl.DataFrame) -> bytes:
    """A table as Arrow's own bytes."""
    out = io.BytesIO()
    frame.write_ipc(out)
    return out.getvalue()


def frame_of(data: bytes) -> pl.DataFrame:
    """The table of such bytes."""
    return pl.read_ipc(io.BytesIO(data))


def column_bytes(column: pl.Series) -> bytes:
    """A column likewise."""
    return frame_bytes(column.to_frame())


def column_of(data: bytes) -> pl.Series:
    """The column of such bytes."""
    return frame_of(data).to_series()


ANSWERS: Final = Plain(
    AccessRecords, Dropped, others={pl.DataFrame: (frame_bytes, frame_of), pl.Series: (column_bytes, column_of)}
)


@dataclass(frozen=True)
class RecordMaker:
    """Everything that is needed to turn lines of one import into records.

    With ``keeps_lines`` they come with the lines that they were made of.
    """

    mapping: TrailMapping
    reading: TimeReading
    door: Doorkeeper
    now: datetime
    format: TrailFormat
    head: Sequence[str]
    keeps_lines: bool = False

    def __call__(self, job: Parsed | Piece) -> AccessRecords:
        """The records of some lines."""
        parsed = self._parse(job) if isinstance(job, Piece) else job
        made = make_records(parsed, self.mapping, self.reading, self.door, now=self.now)
        return replace(made, raw=parsed.raw) if self.keeps_lines else made

    def jobs(self, pieces: Iterable[Piece]) -> Iterator[Parsed | Piece]:
        """What to make records of: pieces whose lines stand apart as they are, the others parsed in their order."""
        reader = self.open_reader()
        for piece in pieces:
            if isinstance(reader, ApartReader) and piece.data is not None and reader.stands_apart(piece.data):
                yield piece
                continue
            block = block_of(piece)
            parsed = reader.read(block.lines, block.first, last=block.last).only(self.mapping.columns)
            yield replace(parsed, dropped=[*block.dropped, *parsed.dropped])

    def open_reader(self) -> FormatReader:
        """A reader of the file from its beginning."""
        return self.format.open(self.head, self.mapping.columns)

    @cached_property
    def _apart(self) -> ApartReader:
        reader = self.open_reader()
        assert isinstance(reader, ApartReader)  # noqa: S101  # it said of the piece that it stands apart
        return reader

    def _parse(self, piece: Piece) -> Parsed:
        texts, dropped = texts_of(piece)
        parsed = self._apart.read_apart(texts, piece.first).only(self.mapping.columns)
        return replace(parsed, dropped=[*dropped, *parsed.dropped])


def is_large(path: LogPath) -> bool:
    """Whether others are to help with it."""
    return size_of(path) >= LARGE_BYTES


def choose_helpers(path: LogPath) -> int:
    """How many processes to work in beside this one: one a core, since this one is idle half of the time."""
    cores = count_cores()
    return min(MOST_HELPERS, cores) if cores > 1 and is_large(path) else 0


def make_all(jobs: Iterable[Parsed | Piece], make: RecordMaker, helpers: int) -> Generator[AccessRecords, None, None]:
    """The records of each job, in order."""
    if not helpers:
        yield from map(make, jobs)
        return
    with Pool(open_maker, make, answers=ANSWERS, workers=helpers, at=name_of) as pool:
        yield from pool.work_through(jobs)


def open_maker(make: RecordMaker) -> RecordMaker:
    """What a helper does with each piece."""
    return make


def name_of(job: Parsed | Piece) -> str:
    """Which lines these are, for a message about them."""
    if isinstance(job, Piece):
        return f"line {job.first}"
    return f"line {job.numbers[0]}" if job.numbers else "a block without records"
