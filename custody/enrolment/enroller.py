"""Enrolment: a file of customers becomes the next generation of the index and an entry of the register.

Nothing that others see changes before every row is read and every file is on disk; then the index switches in one
step, and one transaction brings the register up to it. A run that dies in between is settled by the next one.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import SQLAlchemyError

from core.clock import day_number
from core.errors import HinomiError
from core.processes.peak import PeakMemory
from custody.enrolment.batches import choose_processes, is_large
from custody.enrolment.counts import EnrolmentResult, check
from custody.enrolment.file import ExtractFile, read_into, sha256_of
from custody.errors import EnrolmentError
from custody.models import FAILED, Enrolment
from custody.register.index_states import ENROLLED, switching
from custody.register.ledger import Lending, finish_enrolment, settle_interrupted
from fingerprints.building.builder import IndexBuilder, open_for_writing
from fingerprints.building.compaction import compact
from fingerprints.identifiers.customer_number import learn_patterns
from fingerprints.index.folder import current_folder, number_of, writing_lock
from fingerprints.index.generation import Index
from fingerprints.index.manifest import ExtractInfo

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from core.clock import Clock
    from core.database import Database
    from core.processes.far_parts import FarReaders
    from core.settings import Settings
    from custody.enrolment.column_plan import ColumnPlan
    from custody.enrolment.counts import Tally
    from fingerprints.building.builder import Enrolled
    from fingerprints.secrets.keys import Key

__all__ = ["Enroller", "EnrolmentResult", "Lending"]

MAX_REJECTED: Final = 0.05
"""Share of unusable rows that stops a run: above it the columns are mixed up, not the rows."""
READING: Final = 0.8
"""Share of the time that goes into reading; the rest is merging and writing."""


@dataclass(frozen=True, slots=True)
class _Task:
    """What `Enroller.enrol` was asked for."""

    path: Path
    plan: ColumnPlan
    lending: Lending
    max_rejected: float
    progress: Callable[[str, float], None]
    counted: Callable[[int], None]
    processes: int

    @property
    def day(self) -> int:
        """The extract's day."""
        return day_number(self.lending.as_of)


@dataclass(frozen=True, slots=True)
class _Built:
    """A run whose generation serves."""

    run: int
    info: ExtractInfo
    tally: Tally
    rejected_file: Path | None
    done: Enrolled
    write_s: float

    def result(self, *, seconds: float, peak_mib: float) -> EnrolmentResult:
        """What is told of it."""
        tally, done = self.tally, self.done
        return EnrolmentResult(
            extract=self.info.name,
            rows=tally.rows,
            subjects=done.subjects,
            fingerprints=done.fingerprints,
            rejected_count=tally.rejected_count,
            rejected=tuple(tally.rejected),
            rejected_file=self.rejected_file,
            unread={kind: count for kind, count in sorted(tally.unread.items()) if count},
            seconds=seconds,
            peak_mib=peak_mib,
            generation=done.generation,
            bytes_per_subject=done.size_bytes / max(done.total_subjects, 1),
            unchanged=done.unchanged,
            changed=done.changed,
            written_bytes=done.written_bytes,
            write_seconds=self.write_s,
        )


class Enroller:
    """Runs enrolments into one home.

    Args:
        settings: Of that home.
        key: Its key.
        database: Where the register is.
        clock: What time it is.
        far: Those who read large files, in place of this machine's processes.
    """

    def __init__(
        self, settings: Settings, key: Key, database: Database, clock: Clock, far: FarReaders | None = None
    ) -> None:
        self._far = far
        self._settings = settings
        self._key = key
        self._database = database
        self._clock = clock

    def enrol(
        self,
        path: Path,
        plan: ColumnPlan,
        lending: Lending,
        *,
        max_rejected: float = MAX_REJECTED,
        progress: Callable[[str, float], None] = lambda _stage, _share: None,
        counted: Callable[[int], None] = lambda _rows: None,
        processes: int | None = None,
    ) -> EnrolmentResult:
        """Enrol a file as an extract, in place of what that extract held before.

        Args:
            path: The file.
            plan: What its columns hold, from `custody.enrolment.columns.understand`.
            lending: The extract, its day and its holder.
            max_rejected: Share of unusable rows that stops the run, 0 to 1.
            progress: Told how far it is.
            counted: Told how many rows were read, before that.
            processes: How many to work in; default: one a processor core for large files.

        Raises:
            EnrolmentError: The request cannot be meant.
            TooManyRejectedError: The columns are mixed up; nothing was changed.
        """
        started_at = self._clock.now()
        processes = choose_processes(path) if processes is None else processes
        if not lending.extract.strip():
            raise EnrolmentError("an extract needs a name")
        if day_number(lending.as_of) > day_number(started_at.date()) + 1:
            raise EnrolmentError(f"the extract's day {lending.as_of} has not come yet")
        task = _Task(path, plan, lending, max_rejected, progress, counted, processes)
        index_dir, now = self._settings.index_dir, self._clock.now
        with (
            PeakMemory() as memory,
            writing_lock(index_dir),
            switching(self._database, index_dir, now, ENROLLED),
        ):
            built = self._build(task)
            self._close_run(built.run, replace(built.info, size=built.done.subjects), built.tally.rejected_count)
            compact(self._settings.index_dir, Index.open(self._settings.index_dir, self._key), whole=False)
        return built.result(
            seconds=(self._clock.now() - started_at).total_seconds(),
            peak_mib=memory.mib,
        )

    def _build(self, task: _Task) -> _Built:
        """Read the file, write the next generation, and switch to it; what fails is noted with the run."""
        index = open_for_writing(self._settings.index_dir, self._key)
        sha256 = sha256_of(task.path)
        with IndexBuilder(self._settings.index_dir, self._key, index) as builder:
            run = self._open_run(task.path, sha256, task.lending, index, builder.generation)
            try:
                tally, rejected_file = self._read(task, builder, index, run)
                info = ExtractInfo(task.lending.extract, tuple(task.plan.columns), 0, task.day, tally.rows, sha256)
                patterns = learn_patterns(tally.numbers) if tally.numbers else ()
                write_from = time.monotonic()
                done = builder.finish(
                    info, patterns, lambda share: task.progress("write", READING + (1 - READING) * share)
                )
            except BaseException as error:
                self._fail_run(run, error)
                raise
        return _Built(run, info, tally, rejected_file, done, time.monotonic() - write_from)

    def _read(self, task: _Task, builder: IndexBuilder, index: Index | None, run: int) -> tuple[Tally, Path | None]:
        """The file's rows into the builder; what could not be used is counted and written beside the run."""
        source = ExtractFile(task.path, task.plan, task.day, self._rejected_path(run))

        def advance(share: float, rows: int) -> None:
            task.counted(rows)
            task.progress("read", READING * share)

        tally, rejected_file = read_into(
            builder, source, self._key, index, self._settings.index_dir, advance=advance, processes=task.processes,
            far=self._far if is_large(task.path) else None,
        )  # fmt: skip
        check(tally, task.plan, task.max_rejected, rejected_file)
        return tally, rejected_file

    def _open_run(self, path: Path, sha256: str, lending: Lending, index: Index | None, generation: int) -> int:
        """Settle what was cut off before, and note that this run has begun."""
        now = self._clock.now()
        with self._database.write() as session:
            settle_interrupted(session, index, now)
            run = Enrolment(
                extract_name=lending.extract,
                file_name=path.name,
                sha256=sha256,
                request=lending.as_request(),
                started_at=now,
                generation=generation,
            )
            session.add(run)
            session.flush()
            return run.id

    def _rejected_path(self, run: int) -> Path:
        return self._settings.home / "enrolments" / f"{run}-rejected.csv"

    def _close_run(self, run: int, info: ExtractInfo, rejected: int) -> None:
        with self._database.write() as session:
            finish_enrolment(session, run, info, rejected=rejected, now=self._clock.now())

    def _fail_run(self, run: int, error: BaseException) -> None:
        """Note why a run failed, unless its generation is current already: then the next run finishes it."""
        with suppress(SQLAlchemyError), self._database.write() as session:  # on a full disk it stays to be settled
            enrolment = session.get_one(Enrolment, run)
            current = current_folder(self._settings.index_dir)
            if current is not None and number_of(current) == enrolment.generation:
                return
            enrolment.state, enrolment.finished_at = FAILED, self._clock.now()
            enrolment.reason = str(error) if isinstance(error, HinomiError) else type(error).__name__
