"""Lines of a log as bytes, for whoever makes records of them on another machine, and the records as they come back.

What one machine hands to a helper process goes out: a piece of the file as it lies there, or lines that were parsed in
their order. The records depend on that, on the mapping and on the key alone; the file is cut here, and what comes back
is looked through for what is known, counted and written here, in the order of the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import polars as pl

from core.processes.far_parts import given_by, serve_parts
from core.processes.plain import ForgedMessageError, Plain
from fingerprints.identifiers import load_kinds
from fingerprints.identifiers.customer_number import NUMBER_KIND
from fingerprints.secrets.digests import Digester
from trails.formats import format_called
from trails.formats.interface import Dropped, Parsed
from trails.lines import Piece
from trails.mapping.mapping_file import TrailMapping
from trails.number_digests import KeyedDoor
from trails.record_maker import ANSWERS, RecordMaker, column_bytes, column_of, frame_bytes, frame_of, name_of
from trails.records import AccessRecords
from trails.times import TimeReading

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator
    from datetime import datetime
    from multiprocessing.connection import Connection

    from core.processes.far_parts import FarReaders
    from fingerprints.secrets.keys import Key

_HEIGHT_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class LinesPlan:
    """How the lines of one import are read: of a `RecordMaker` all but the key, which whoever reads has."""

    mapping: TrailMapping
    reading: TimeReading
    now: datetime
    format: str
    head: list[str]
    keeps_lines: bool


@dataclass(frozen=True, slots=True)
class LinesJob:
    """Lines to make records of, and the plan as `pack_plan` gives it, which is the same for all of them."""

    plan: bytes
    lines: Parsed | Piece


def _table_bytes(table: pl.DataFrame) -> bytes:
    """A table and how many rows it has, which Arrow forgets where no column is wanted."""
    return len(table).to_bytes(_HEIGHT_BYTES) + (frame_bytes(table) if table.width else b"")


def _table_of(data: bytes) -> pl.DataFrame:
    height, columns = int.from_bytes(data[:_HEIGHT_BYTES]), data[_HEIGHT_BYTES:]
    return frame_of(columns) if columns else pl.DataFrame(height=height)


PLANS: Final = Plain(LinesPlan, TrailMapping, TimeReading)
JOBS: Final = Plain(
    LinesJob, Parsed, Piece, Dropped,
    others={pl.DataFrame: (_table_bytes, _table_of), pl.Series: (column_bytes, column_of)},
)  # fmt: skip


def pack_plan(make: RecordMaker) -> bytes:
    """How lines are read."""
    return PLANS.pack(
        LinesPlan(make.mapping, make.reading, make.now, make.format.name, list(make.head), make.keeps_lines)
    )


def make_far(
    jobs: Iterable[Parsed | Piece], make: RecordMaker, far: FarReaders, file_name: str
) -> Generator[AccessRecords, None, None]:
    """The records of each job, in order, as others make them.

    Args:
        jobs: As `RecordMaker.jobs` gives them.
        make: How it would be done here.
        far: Whoever does it.
        file_name: For a message about a part.
    """
    for said, at in far.answers(_packed(jobs, pack_plan(make), file_name), None):
        yield records_of(said, at)


def _packed(jobs: Iterable[Parsed | Piece], plan: bytes, file_name: str) -> Iterator[tuple[bytes, str]]:
    """The jobs as they are carried, and where each is."""
    for job in jobs:
        yield JOBS.pack(LinesJob(plan, job)), f"{file_name}, {name_of(job)}"


def records_of(said: bytes, at: str) -> AccessRecords:
    """The records that an answer gives.

    Args:
        said: The answer.
        at: Where its lines are, in words.

    Raises:
        HinomiError: What the reading itself raised.
        WorkerError: The reading failed.
        ForgedMessageError: That is no answer.
    """
    records = given_by(ANSWERS, said, at)
    if not isinstance(records, AccessRecords):
        raise ForgedMessageError("no answer to lines of a log")
    return records


def serve(line: Connection, key: Key) -> None:
    """A child that makes records: say that it is ready, then answer one job after another.

    Args:
        line: To its parent.
        key: The master key, from which the digests of numbers and lines come.
    """
    serve_parts(line, ANSWERS, lambda: _open(key))


def _open(key: Key) -> Callable[[bytes], AccessRecords]:
    """What is done with each job."""
    door = KeyedDoor(Digester(key), load_kinds()[NUMBER_KIND])

    @lru_cache(maxsize=1)
    def maker_by(packed: bytes) -> RecordMaker:
        plan: LinesPlan = PLANS.unpack(packed)
        return RecordMaker(
            plan.mapping, plan.reading, door, plan.now, format_called(plan.format), plan.head, plan.keeps_lines
        )

    def make(packed: bytes) -> AccessRecords:
        job: LinesJob = JOBS.unpack(packed)
        return maker_by(job.plan)(job.lines)

    return make
