"""Where records are kept: Parquet files by system and month, written beside and renamed into place.

A file is sorted by holders and time (`trails.store.runs`), so that reading one holder skips most of it, and repeated
names cost next to nothing. It counts once its row in ``trail_parts`` is committed; whatever else lies in the folder is
left over from a cut-off import and removed by the next one.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

import numpy as np
import polars as pl
from sqlalchemy import select

from trails.errors import DamagedTrailError, TrailBusyError
from trails.fields import TAKING_OUT
from trails.models import TrailPart
from trails.records import SCHEMA
from trails.store.kept_lines import lines_path
from trails.store.runs import sort_into_runs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from numpy.typing import NDArray
    from sqlalchemy.orm import Session

    from trails.store.kept_lines import LineKeeper

UNDATED: Final = "undated"
ROW_GROUP: Final = 65_536
MONTH_ROWS: Final = 1_000_000
BUFFER_ROWS: Final = 2_000_000
"""Rows held in memory before the fullest months are written: about 200 MB."""


@dataclass(frozen=True, slots=True)
class StoredPart:
    """A written file, not yet in place."""

    month: str
    path: Path
    rows: int
    size_bytes: int
    sha256: str
    first_at: datetime | None
    last_at: datetime | None
    sessions: int
    exports: int


class PartWriter:
    """Collects the rows of one import by month and writes them to files of its own."""

    def __init__(self, staging: Path, import_id: int, keeper: LineKeeper | None = None) -> None:
        self._staging = staging
        self._import_id = import_id
        self._keeper = keeper
        self._waiting: dict[str, list[pl.DataFrame]] = {}
        self._rows: dict[str, int] = {}
        self.parts: list[StoredPart] = []

    def add(self, month: str, frame: pl.DataFrame) -> None:
        """Take rows of one month; writes what has grown large."""
        self._waiting.setdefault(month, []).append(frame)
        self._rows[month] = self._rows.get(month, 0) + len(frame)
        if self._rows[month] >= MONTH_ROWS:
            self.flush(month)
        while sum(self._rows.values()) > BUFFER_ROWS:
            self.flush(max(self._rows, key=self._rows.__getitem__))

    def flush(self, month: str) -> None:
        """Write the waiting rows of a month, if there are any."""
        frames = self._waiting.pop(month, [])
        self._rows.pop(month, None)
        if frames:
            self.parts.append(self._write(month, *sort_into_runs(pl.concat(frames))))

    def close(self) -> list[StoredPart]:
        """Write all that waits."""
        for month in list(self._waiting):
            self.flush(month)
        return self.parts

    def _write(self, month: str, frame: pl.DataFrame, footer: dict[str, str]) -> StoredPart:
        self._staging.mkdir(parents=True, exist_ok=True)
        path = self._staging / f"{month}-{self._import_id:06d}-{len(self.parts):04d}.parquet"
        frame.write_parquet(path, compression_level=3, row_group_size=ROW_GROUP, metadata=footer)
        if self._keeper is not None:
            self._keeper.write(month, path)
        with path.open("rb") as file:
            os.fsync(file.fileno())
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        when = frame["when"]
        sessions = frame["session"].drop_nulls().n_unique()
        exports = frame.filter(pl.col("action").is_in(TAKING_OUT))["line"].n_unique()
        bounds = (cast("datetime | None", when.min()), cast("datetime | None", when.max()))
        return StoredPart(month, path, len(frame), path.stat().st_size, digest, *bounds, sessions, exports)


def read_lines(paths: Sequence[Path]) -> NDArray[np.uint64]:
    """The sorted line hashes in some files."""
    if not paths:
        return np.empty(0, dtype=np.uint64)
    return pl.scan_parquet(list(paths)).select("line").collect()["line"].unique().sort().to_numpy()


def part_paths(
    session: Session, trails_dir: Path, *, system: str | None = None, months: Sequence[str] | None = None
) -> list[Path]:
    """The files that count, by system and month.

    Raises:
        DamagedTrailError: One of them is not there.
    """
    asked = select(TrailPart.path).order_by(TrailPart.path)
    asked = asked.where(TrailPart.system == system) if system is not None else asked
    asked = asked.where(TrailPart.month.in_(months)) if months is not None else asked
    paths = [trails_dir / path for path in session.scalars(asked)]
    for path in paths:
        if not path.is_file():
            raise DamagedTrailError(
                f"the trail file {path} is missing", hint="Restore the trails folder from a backup."
            )
    return paths


def scan(paths: Sequence[Path]) -> pl.LazyFrame:
    """All records of some files, lazily; with no file, no records."""
    return pl.scan_parquet(list(paths)) if paths else pl.LazyFrame(schema=SCHEMA)


def put_in_place(part: StoredPart, trails_dir: Path, system: str) -> str:
    """Move a written file to where it belongs; its path relative to the trails folder."""
    relative = f"records/{system}/{part.path.name}"
    target = trails_dir / relative
    target.parent.mkdir(parents=True, exist_ok=True)
    if lines_path(part.path).is_file():  # first, so that no record in place lacks its line
        lines_path(part.path).replace(lines_path(target))
    part.path.replace(target)
    return relative


def remove_leftovers(session: Session, trails_dir: Path, system: str) -> None:
    """Remove what cut-off imports left of a system; call it under the system's lock only."""
    shutil.rmtree(trails_dir / "staging" / system, ignore_errors=True)
    counted = set(session.scalars(select(TrailPart.path).where(TrailPart.system == system)))
    for path in (trails_dir / "records" / system).glob("*.*"):
        if f"records/{system}/{path.name.partition('.')[0]}.parquet" not in counted:
            path.unlink()


def remove_part(path: Path) -> None:
    """Remove a file of records with all that stands beside it: its lines, and what was derived from it."""
    for beside in (path, *path.parent.glob(f"{path.stem}.*")):
        beside.unlink(missing_ok=True)


@contextmanager
def system_lock(trails_dir: Path, system: str) -> Iterator[None]:
    """Hold a system for writing; the operating system gives it back when the process dies.

    Raises:
        TrailBusyError: Another process holds it.
    """
    folder = trails_dir / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / system).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise TrailBusyError(
                f"another process imports into {system}", hint="Wait for it to end, then run again."
            ) from None
        yield
