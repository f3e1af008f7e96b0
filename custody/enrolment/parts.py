"""Parts of a file as bytes, for whoever reads them in another process or on another machine, and what they give.

A part says all that its answer depends on beside key and index: its rows, or its lines as they stand in the file, and
the plan by which they are read. Whoever carries one reads neither it nor its answer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from core.processes.far_parts import given_by, serve_parts
from core.processes.plain import ForgedMessageError, Plain
from custody.enrolment.column_plan import Column, ColumnPlan
from custody.enrolment.line_blocks import LineBlock
from custody.enrolment.rows import Batch, Rejected, RowReader, Work
from custody.enrolment.table_format import TableFormat
from fingerprints.building.prints import Prints
from fingerprints.index.generation import Index

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection
    from pathlib import Path

    from fingerprints.secrets.keys import Key

Part = Batch | LineBlock
"""Rows of a file: taken apart already, or lines that whoever works on them takes apart."""


@dataclass(frozen=True, slots=True)
class PartJob:
    """A part to be read: by a plan as `pack_plan` gives it, which is the same for all parts, and as of which day."""

    plan: bytes
    as_of: int
    part: Part


_ROWS: Final = Plain()
PLANS: Final = Plain(
    ColumnPlan, Column, TableFormat,
    others={frozenset: (lambda rows: _ROWS.pack(sorted(rows)), lambda data: frozenset(_ROWS.unpack(data)))},
)  # fmt: skip
JOBS: Final = Plain(PartJob, Batch, LineBlock)
ANSWERS: Final = Plain(Work, Prints, Rejected)


def pack_plan(plan: ColumnPlan) -> bytes:
    """What rows are read by; what is shown of a plan stays here."""
    return PLANS.pack(replace(plan, ignored=(), remarks=(), seen=(), missing=()))


def work_of(said: bytes, at: str) -> Work:
    """What a part gave.

    Args:
        said: The answer to it.
        at: Where it is, in words.

    Raises:
        HinomiError: What the reading itself raised.
        WorkerError: The reading failed.
        ForgedMessageError: That is no answer.
    """
    work = given_by(ANSWERS, said, at)
    if not isinstance(work, Work):
        raise ForgedMessageError("no answer to a part of a file")
    return work


def serve(line: Connection, key: Key, generation: Path | None) -> None:
    """A child that reads parts: say whether the index is open, then answer one part after another.

    Args:
        line: To its parent.
        key: The master key.
        generation: Of the index as it is before the enrolment.
    """
    serve_parts(line, ANSWERS, lambda: _open(key, generation))


def _open(key: Key, generation: Path | None) -> Callable[[bytes], Work]:
    """What is done with each part, beside an index."""
    index = Index.open_folder(generation, key) if generation else None

    @lru_cache(maxsize=1)
    def reader_by(plan: bytes, as_of: int) -> RowReader:
        return RowReader(PLANS.unpack(plan), key, index, as_of)

    def read(packed: bytes) -> Work:
        job = JOBS.unpack(packed)
        return reader_by(job.plan, job.as_of).read(job.part)

    return read
