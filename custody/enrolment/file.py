"""Reading an extract's file into an index that is being built; what cannot be used is listed beside the run."""

from __future__ import annotations

import csv
import hashlib
import os
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self, TextIO

from custody.enrolment.batches import work_through
from custody.enrolment.counts import Tally

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from core.processes.far_parts import FarReaders
    from custody.enrolment.column_plan import ColumnPlan
    from custody.enrolment.rows import Rejected
    from fingerprints.building.builder import IndexBuilder
    from fingerprints.index.generation import Index
    from fingerprints.secrets.keys import Key


@dataclass(frozen=True, slots=True)
class ExtractFile:
    """A file to read: where it is, what its columns hold, its day, and where its unusable rows are listed."""

    path: Path
    plan: ColumnPlan
    as_of: int
    rejected_path: Path


def read_into(
    builder: IndexBuilder,
    source: ExtractFile,
    key: Key,
    index: Index | None,
    index_dir: Path,
    *,
    advance: Callable[[float, int], None],
    processes: int,
    far: FarReaders | None = None,
) -> tuple[Tally, Path | None]:
    """Read all rows; gives what was counted, and the list of unusable rows if there were any.

    ``advance`` is told how far into the file it is, 0 to 1, and how many rows were read.
    """
    tally = Tally()
    works = work_through(
        source.path, source.plan, key, index, index_dir, as_of=source.as_of, processes=processes, far=far
    )
    with _RejectedFile(source.rejected_path) as rejected_file, closing(works):
        for work, share in works:
            tally.add(work)
            rejected_file.add(work.rejected)
            if work.prints is not None:
                builder.add(work.prints)
            advance(share, tally.rows)
    return tally, rejected_file.written


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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
