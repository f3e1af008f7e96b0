"""Enrolment: a file of customers becomes the next generation of the index and an entry of the register.

Nothing that others see changes before every row is read and every file is on disk; then the index switches in one
step, and one transaction brings the register up to it. A run that dies in between is settled by the next one.
"""

from __future__ import annotations

import csv
import errno
import hashlib
import os
import shutil
import time
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Self, TextIO

from sqlalchemy.exc import SQLAlchemyError

from core.errors import HinomiError
from custody.errors import EnrolmentError
from custody.models import FAILED, Enrolment
from custody.peak import peak_mib
from custody.register import Lending, finish_enrolment, settle_interrupted
from custody.tally import EnrolmentResult, Tally, check
from custody.workers import choose_processes, work_through
from fingerprints.builder import IndexBuilder, day_number, open_for_writing
from fingerprints.compaction import compact
from fingerprints.generations import current_folder, number_of, writing_lock
from fingerprints.identifiers.customer_number import learn_patterns
from fingerprints.index import Index
from fingerprints.manifest import ExtractInfo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from core.clock import Clock
    from core.database import Database
    from core.settings import Settings
    from custody.columns import ColumnPlan
    from custody.rows import Rejected
    from fingerprints.keys import Key

__all__ = ["Enroller", "EnrolmentResult", "Lending"]

MAX_REJECTED: Final = 0.05
"""Share of unusable rows that stops a run: above it the columns are mixed up, not the rows."""
_READING: Final = 0.6
"""Share of the time that goes into reading; the rest is merging and writing."""


class Enroller:
    """Runs enrolments into one home."""

    def __init__(self, settings: Settings, key: Key, database: Database, clock: Clock) -> None:
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
        processes: int | None = None,
    ) -> EnrolmentResult:
        """Enrol a file as an extract, in place of what that extract held before.

        Args:
            path: The file.
            plan: What its columns hold, from `custody.columns.understand`.
            lending: The extract, its day and its holder.
            max_rejected: Share of unusable rows that stops the run, 0 to 1.
            progress: Told how far it is.
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
        with writing_lock(self._settings.index_dir), _full_disk_named(self._settings.index_dir):
            index = open_for_writing(self._settings.index_dir, self._key)
            sha256 = _sha256(path)
            with IndexBuilder(self._settings.index_dir, self._key, index) as builder:
                run = self._open_run(path, sha256, lending, index, builder.generation)
                try:
                    tally, rejected_file = self._read(path, plan, lending, builder, index, run, progress, processes)
                    check(tally, plan, max_rejected, rejected_file)
                    info = ExtractInfo(
                        lending.extract, tuple(plan.columns), 0, day_number(lending.as_of), tally.rows, sha256
                    )
                    patterns = learn_patterns(tally.numbers) if tally.numbers else ()
                    write_from = time.monotonic()
                    done = builder.finish(
                        info, patterns, lambda share: progress("write", _READING + (1 - _READING) * share)
                    )
                    write_s = time.monotonic() - write_from
                except BaseException as error:
                    self._fail_run(run, error)
                    raise
            self._close_run(run, replace(info, size=done.subjects), tally.rejected_count)
            compact(self._settings.index_dir, Index.open(self._settings.index_dir, self._key), whole=False)
        return EnrolmentResult(
            extract=lending.extract,
            rows=tally.rows,
            subjects=done.subjects,
            fingerprints=done.fingerprints,
            rejected_count=tally.rejected_count,
            rejected=tuple(tally.rejected),
            rejected_file=rejected_file,
            unread={kind: count for kind, count in sorted(tally.unread.items()) if count},
            seconds=(self._clock.now() - started_at).total_seconds(),
            peak_mib=peak_mib(processes if processes > 1 else 0),
            generation=done.generation,
            bytes_per_subject=done.size_bytes / max(done.total_subjects, 1),
            unchanged=done.unchanged,
            changed=done.changed,
            written_bytes=done.written_bytes,
            write_seconds=write_s,
        )

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

    def _read(
        self,
        path: Path,
        plan: ColumnPlan,
        lending: Lending,
        builder: IndexBuilder,
        index: Index | None,
        run: int,
        progress: Callable[[str, float], None],
        processes: int,
    ) -> tuple[Tally, Path | None]:
        tally = Tally()
        with _RejectedFile(self._settings.home / "enrolments" / f"{run}-rejected.csv") as rejected_file:
            for work, share in work_through(
                path,
                plan,
                self._key,
                index,
                self._settings.index_dir,
                as_of=day_number(lending.as_of),
                processes=processes,
            ):
                tally.add(work)
                rejected_file.add(work.rejected)
                if work.prints is not None:
                    builder.add(work.prints)
                progress("read", _READING * share)
        return tally, rejected_file.written

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


@contextmanager
def _full_disk_named(index_dir: Path) -> Iterator[None]:
    """Say it plainly when there is no room left."""
    try:
        yield
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise
        free = shutil.disk_usage(index_dir).free >> 20
        raise EnrolmentError(
            f"there was no room to write {error.filename or 'a file'} under {index_dir}: {free} MiB are free",
            hint="Make room and run it again. The index is what it was before, and goes on serving.",
        ) from None


class _RejectedFile:
    """The list of rows that could not be used; made when the first one comes."""

    def __init__(self, path: Path) -> None:
        self.written: Path | None = None
        self._path = path
        self._file: TextIO | None = None

    def add(self, rejected: list[Rejected]) -> None:
        """Write some more."""
        if not rejected:
            return
        if self._file is None:
            self._path.parent.mkdir(mode=0o700, exist_ok=True)
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            self._file = os.fdopen(descriptor, "w", encoding="utf-8", newline="")
            csv.writer(self._file).writerow(("row", "reason"))
            self.written = self._path
        csv.writer(self._file).writerows((one.row, one.reason) for one in rejected)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._file is not None:
            self._file.close()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
