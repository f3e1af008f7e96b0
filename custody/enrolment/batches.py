"""Works through a file batch by batch, in this process for a small one, in one process a core for a large one.

Batches come back in the order of the file, and only a few are under way at a time: memory does not grow with the file.
"""

from __future__ import annotations

import itertools
import os
from collections import deque
from typing import TYPE_CHECKING, Final

from core.processes.plain import Plain
from core.processes.pool import Pool
from core.processes.walls.confinement import Rights
from custody.enrolment.rows import Batch, Rejected, RowReader, Work
from custody.enrolment.tables import read_rows
from fingerprints.building.builder import open_for_writing
from fingerprints.building.prints import Prints

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from custody.enrolment.column_plan import ColumnPlan
    from fingerprints.index.generation import Index
    from fingerprints.secrets.keys import Key

BATCH_ROWS: Final = 20_000
LARGE_BYTES: Final = 16 << 20
"""Below this a second process costs more than it saves."""
ANSWERS: Final = Plain(Work, Prints, Rejected)


def choose_processes(path: Path) -> int:
    """How many processes to work in."""
    return (os.cpu_count() or 1) if path.stat().st_size >= LARGE_BYTES else 1


def work_through(
    path: Path, plan: ColumnPlan, key: Key, index: Index | None, index_dir: Path, *, as_of: int, processes: int
) -> Iterator[tuple[Work, float]]:
    """Each batch's work, in the file's order, and how far into the file it reaches (0 to 1)."""
    if processes <= 1:
        reader = RowReader(plan, key, index, as_of)
        for batch, share in read_batches(path, plan):
            yield reader.read(batch), share
        return
    shares: deque[float] = deque()
    with Pool(
        open_reader, plan, key, index_dir, as_of, answers=ANSWERS, workers=processes,
        at=lambda batch: name_of(path, batch), rights=Rights(reads=(str(index_dir),)),
    ) as pool:  # fmt: skip
        for work in pool.work_through(_noting(read_batches(path, plan), shares)):
            yield work, shares.popleft()


def _noting(batches: Iterator[tuple[Batch, float]], shares: deque[float]) -> Iterator[Batch]:
    """The batches, and on the side how far into the file each reaches."""
    for batch, share in batches:
        shares.append(share)
        yield batch


def open_reader(plan: ColumnPlan, key: Key, index_dir: Path, as_of: int) -> Callable[[Batch], Work]:
    """What a worker does with each batch."""
    return RowReader(plan, key, open_for_writing(index_dir, key), as_of).read


def name_of(path: Path, batch: Batch) -> str:
    """Which rows these are, for a message about them."""
    return f"{path.name}, line {batch.lines[0]}"


def read_batches(path: Path, plan: ColumnPlan) -> Iterator[tuple[Batch, float]]:
    """The file's rows below its title and header, some thousands at a time; a header that comes again is no row."""
    rows = itertools.dropwhile(lambda row: row.line < plan.first_line, read_rows(path, plan.table))
    batch, share = Batch([], []), 0.0
    for row in rows:
        if tuple(row.cells) in plan.above:
            continue
        if row.fault:
            batch.faults[len(batch.lines)] = row.fault
        batch.lines.append(row.line)
        batch.cells.append(row.cells)
        share = row.share
        if len(batch.lines) == BATCH_ROWS:
            yield batch, share
            batch = Batch([], [])
    if batch.lines:
        yield batch, share
