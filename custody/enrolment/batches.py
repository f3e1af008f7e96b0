"""Works through a file batch by batch, in this process for a small one, in one process a core for a large one.

Batches come back in the order of the file, and only a few are under way at a time: memory does not grow with the file.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
from collections import deque
from concurrent.futures import Future, ProcessPoolExecutor
from typing import TYPE_CHECKING, Final

from core.processes.garbage import expect_many_objects
from custody.enrolment.rows import Batch, RowReader, Work
from custody.enrolment.tables import read_rows
from fingerprints.building.builder import open_for_writing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from custody.enrolment.column_plan import ColumnPlan
    from fingerprints.index.generation import Index
    from fingerprints.secrets.keys import Key

BATCH_ROWS: Final = 20_000
LARGE_BYTES: Final = 16 << 20
"""Below this a second process costs more than it saves."""
_AHEAD: Final = 2

_reader: RowReader | None = None


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
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, _start, (plan, key, index_dir, as_of)) as pool:
        under_way: deque[tuple[Future[Work], float]] = deque()
        try:
            for batch, share in read_batches(path, plan):
                under_way.append((pool.submit(_work, batch), share))
                if len(under_way) >= processes * _AHEAD:
                    yield _done(under_way)
            while under_way:
                yield _done(under_way)
        finally:
            for future, _share in under_way:
                future.cancel()


def read_batches(path: Path, plan: ColumnPlan) -> Iterator[tuple[Batch, float]]:
    """The file's rows below its title and header, some thousands at a time."""
    rows = itertools.dropwhile(lambda row: row.line < plan.first_line, read_rows(path, plan.table))
    batch, share = Batch([], []), 0.0
    for row in rows:
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


def _start(plan: ColumnPlan, key: Key, index_dir: Path, as_of: int) -> None:
    global _reader  # noqa: PLW0603  # one a process, made by the pool's initializer
    expect_many_objects()
    _reader = RowReader(plan, key, open_for_writing(index_dir, key), as_of)


def _work(batch: Batch) -> Work:
    if _reader is None:
        raise AssertionError("the pool did not run its initializer")
    return _reader.read(batch)


def _done(under_way: deque[tuple[Future[Work], float]]) -> tuple[Work, float]:
    future, share = under_way.popleft()
    return future.result(), share
