"""Works through a file batch by batch: a small one in this process, a large one in one process a core, or elsewhere.

Batches come back in the order of the file, and only a few are under way at a time: memory does not grow with the file.
"""

from __future__ import annotations

import os
from collections import deque
from typing import TYPE_CHECKING, Final

from core.processes.pool import Pool
from core.processes.walls.confinement import Rights
from custody.enrolment.line_blocks import LineBlock, cut
from custody.enrolment.parts import ANSWERS, JOBS, PartJob, pack_plan, work_of
from custody.enrolment.rows import Batch, RowReader, batch_of
from custody.enrolment.tables import read_rows
from fingerprints.building.builder import open_for_writing

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path

    from core.processes.far_parts import FarReaders
    from custody.enrolment.column_plan import ColumnPlan
    from custody.enrolment.parts import Part
    from custody.enrolment.rows import Work
    from custody.enrolment.tables import Row
    from fingerprints.index.generation import Index
    from fingerprints.secrets.keys import Key

BATCH_ROWS: Final = 20_000
LARGE_BYTES: Final = 16 << 20
"""Below this a second process costs more than it saves."""


def is_large(path: Path) -> bool:
    """Whether others are to help with it."""
    return path.stat().st_size >= LARGE_BYTES


def choose_processes(path: Path) -> int:
    """How many processes to work in."""
    return (os.cpu_count() or 1) if is_large(path) else 1


def work_through(
    path: Path,
    plan: ColumnPlan,
    key: Key,
    index: Index | None,
    index_dir: Path,
    *,
    as_of: int,
    processes: int,
    far: FarReaders | None = None,
) -> Generator[tuple[Work, float], None, None]:
    """Each batch's work, in the file's order, and how far into the file it reaches (0 to 1)."""
    shares: deque[float] = deque()
    if far is not None:
        jobs = _packed(_noting(read_parts(path, plan), shares), path, pack_plan(plan), as_of)
        for said, at in far.answers(jobs, index.folder if index else None):
            yield work_of(said, at), shares.popleft()
        return
    if processes <= 1:
        reader = RowReader(plan, key, index, as_of)
        for part, share in read_parts(path, plan):
            yield reader.read(part), share
        return
    with Pool(
        open_reader, plan, key, index_dir, as_of, answers=ANSWERS, workers=processes,
        at=lambda part: name_of(path, part), rights=Rights(reads=(str(index_dir),)),
    ) as pool:  # fmt: skip
        for work in pool.work_through(_noting(read_parts(path, plan), shares)):
            yield work, shares.popleft()


def _noting(parts: Iterator[tuple[Part, float]], shares: deque[float]) -> Iterator[Part]:
    """The parts, and on the side how far into the file each reaches."""
    for part, share in parts:
        shares.append(share)
        yield part


def _packed(parts: Iterator[Part], path: Path, plan: bytes, as_of: int) -> Iterator[tuple[bytes, str]]:
    """The parts as they are carried, and where each is."""
    for part in parts:
        yield JOBS.pack(PartJob(plan, as_of, part)), name_of(path, part)


def open_reader(plan: ColumnPlan, key: Key, index_dir: Path, as_of: int) -> Callable[[Part], Work]:
    """What a worker does with each part."""
    return RowReader(plan, key, open_for_writing(index_dir, key), as_of).read


def name_of(path: Path, part: Part) -> str:
    """Which rows these are, for a message about them."""
    return f"{path.name}, line {part.first}"


def read_batches(path: Path, plan: ColumnPlan) -> Iterator[tuple[Batch, float]]:
    """The file's rows below its title and header, some thousands at a time; a header that comes again is no row."""
    for part, share in read_parts(path, plan):
        batch = part if isinstance(part, Batch) else batch_of(part.rows(), plan)
        if batch.lines:  # a block of headers that come again has none
            yield batch, share


def read_parts(path: Path, plan: ColumnPlan) -> Iterator[tuple[Part, float]]:
    """The same, with the lines of a text as they stand where each is a record: who works on them takes them apart."""
    for part, share in _stretches(path, plan):
        if isinstance(part, LineBlock) or part.lines:  # a header of several lines before a block is a stretch of none
            yield part, share


def _stretches(path: Path, plan: ColumnPlan) -> Iterator[tuple[Part, float]]:
    if plan.table.is_spreadsheet:
        pieces: Iterator[tuple[LineBlock | Row, float]] = ((row, row.share) for row in read_rows(path, plan.table))
    else:
        pieces = cut(path, plan.table, BATCH_ROWS)
    rows: list[Row] = []
    share = 0.0
    for piece, share in pieces:
        long = piece if isinstance(piece, LineBlock) and len(piece.lines) == BATCH_ROWS else None
        if rows and (long or len(rows) >= BATCH_ROWS):
            yield batch_of(rows, plan), share
            rows = []
        if long:
            yield long, share
        else:
            rows.extend(piece.rows() if isinstance(piece, LineBlock) else [piece])
    if rows:
        yield batch_of(rows, plan), share
