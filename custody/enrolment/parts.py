"""Parts of a file as bytes, for whoever reads them in another process or on another machine, and what they give.

A part says all that its answer depends on beside key and index: its rows, or its lines as they stand in the file, and
the plan by which they are read. Whoever carries one reads neither it nor its answer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Protocol

from core.errors import HinomiError
from core.processes.failures import error_of, failure_of
from core.processes.plain import ForgedMessageError, Plain
from core.processes.worker import WorkerError
from custody.enrolment.column_plan import Column, ColumnPlan
from custody.enrolment.line_blocks import LineBlock
from custody.enrolment.rows import Batch, Rejected, RowReader, Work
from custody.enrolment.table_format import TableFormat
from fingerprints.building.prints import Prints
from fingerprints.index.generation import Index

if TYPE_CHECKING:
    from collections.abc import Iterator
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


class FarReaders(Protocol):
    """Those who read parts of a file elsewhere."""

    def answers(self, jobs: Iterator[tuple[bytes, str]], generation: Path | None) -> Iterator[tuple[bytes, str]]:
        """The answers to packed parts, in their order, and where each is.

        Args:
            jobs: The parts, and in words where each is, for a message about it.
            generation: Of the index as it is before the enrolment; none where there is none yet.
        """
        ...


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
    answer = ANSWERS.unpack(said)
    if not isinstance(answer, tuple) or len(answer) != 2:  # noqa: PLR2004  # what it gave, and what went wrong
        raise ForgedMessageError("no answer to a part of a file")
    work, failure = answer
    if isinstance(failure, dict):
        raise error_of(failure)
    if failure:
        raise WorkerError(f"a worker at {at} failed with {failure}")
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
    try:
        index = Index.open_folder(generation, key) if generation else None
    except HinomiError as error:
        line.send_bytes(ANSWERS.pack((None, failure_of(error))))
        return
    line.send_bytes(ANSWERS.pack((None, None)))

    @lru_cache(maxsize=1)
    def reader_by(plan: bytes, as_of: int) -> RowReader:
        return RowReader(PLANS.unpack(plan), key, index, as_of)

    while True:
        try:
            packed = line.recv_bytes()
        except EOFError:
            return
        line.send_bytes(ANSWERS.pack(_answer(packed, reader_by)))


def _answer(packed: bytes, reader_by: Any) -> tuple[Work | None, dict[str, Any] | str | None]:
    """What a part gives, and what went wrong: of an error that is not ours its kind alone, since it may show values."""
    try:
        job = JOBS.unpack(packed)
        return reader_by(job.plan, job.as_of).read(job.part), None
    except HinomiError as error:
        return None, failure_of(error)
    except Exception as error:  # noqa: BLE001  # the edge of the process: whoever asked is told
        return None, type(error).__name__
