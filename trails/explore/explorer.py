"""The records opened for questions: every file with its lens, and the names of all holders in one table."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from sqlalchemy import select

from trails.errors import DamagedTrailError
from trails.explore.lens import MIXED, NEEDED, SLOT_S, lens_path, make_lens, read_head, write_lens
from trails.models import TrailPart
from trails.store.runs import KEYS

__all__ = ["SLOT_S", "Explorer", "PartLens", "codes_of", "open_explorer", "weekday_of"]

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from sqlalchemy.orm import Session

    from trails.explore.lens import LensHead

THREADS: Final = max(2, min(4, os.cpu_count() or 1))
QUARTERS: Final = 3600 // SLOT_S
DAY_SLOTS: Final = 24 * QUARTERS
NEVER: Final = 1 << 32
"""Beyond every second that a record can name."""
NOBODY: Final = np.uint32(0xFFFFFFFF)
"""The code of a field that says nothing."""


@dataclass(frozen=True, slots=True)
class PartLens:
    """One file of records and its lens; ``runs`` are its runs in the table of all (`Explorer.codes`)."""

    number: int
    system: str
    path: Path
    head: LensHead
    runs: slice
    mixes: slice
    import_id: int


class Explorer:
    """All files, ready to be asked (`trails.explore.questions`).

    Attributes:
        parts: The files, oldest number first.
        zone: The zone that days and hours are counted in.
        codes: Of each field of `KEYS` (a run a place) and `MIXED` (a combination a place), the codes of its names.
        lengths: How many rows each run has.
    """

    def __init__(self, parts: Sequence[tuple[TrailPart, Path, LensHead]], zone: str) -> None:
        self.zone = zone
        self.parts: list[PartLens] = []
        runs = mixes = 0
        for row, path, head in parts:
            run, mix = slice(runs, runs + len(head.runs)), slice(mixes, mixes + len(head.mixes))
            self.parts.append(PartLens(row.id, row.system, path, head, run, mix, row.import_id))
            runs, mixes = run.stop, mix.stop
        heads = [one.head for one in self.parts]
        stacked = {
            **{key: _stacked([head.runs[key] for head in heads]) for key in KEYS},
            **{key: _stacked([head.mixes[key] for head in heads]) for key in MIXED},
        }
        self.codes: dict[str, NDArray[np.uint32]] = {
            key: one.to_physical().fill_null(NOBODY).to_numpy() for key, one in stacked.items()
        }
        self._names = {key: _named(one) for key, one in stacked.items()}
        ends = [np.r_[head.runs["start"].to_numpy(), head.rows].astype(np.int64) for head in heads]
        self.lengths = np.concatenate([np.diff(one) for one in ends]) if ends else np.empty(0, np.int64)

    @property
    def rows(self) -> int:
        """How many records there are, a row for each customer of one."""
        return sum(part.head.rows for part in self.parts)

    @property
    def systems(self) -> list[str]:
        """The systems that there are records of, by name."""
        return sorted({part.system for part in self.parts})

    @property
    def span(self) -> tuple[int, int] | None:
        """The first and the last second that any record names."""
        dated = [part.head for part in self.parts if part.head.last]
        return (min(head.first for head in dated), max(head.last for head in dated)) if dated else None

    def names(self, field: str) -> dict[int, str]:
        """The names that a field takes, by their codes."""
        return self._names[field]

    def sizes(self, field: str) -> dict[str, int]:
        """How many records each holder of a kind has."""
        codes, at = np.unique(self.codes[field], return_inverse=True)
        totals = np.bincount(at, weights=self.lengths, minlength=len(codes)).astype(np.int64)
        names = self.names(field)
        return {names[code]: rows for code, rows in zip(codes.tolist(), totals.tolist(), strict=True) if code in names}

    def offsets(self, first_slot: int, slots: int) -> NDArray[np.int64]:
        """How many quarters of an hour the zone is ahead of UTC, in each of some quarters from one on."""
        zone = ZoneInfo(self.zone)
        first_day, last_day = first_slot // DAY_SLOTS, (first_slot + max(slots, 1) - 1) // DAY_SLOTS
        at_days = [_ahead(zone, day * DAY_SLOTS) for day in range(first_day, last_day + 2)]
        found = np.repeat(np.array(at_days[:-1], np.int64), DAY_SLOTS)
        for number, (before, after) in enumerate(pairwise(at_days)):
            if before != after:  # the clocks are changed on this day
                begin = (first_day + number) * DAY_SLOTS
                changed = [_ahead(zone, begin + slot) for slot in range(DAY_SLOTS)]
                found[number * DAY_SLOTS : (number + 1) * DAY_SLOTS] = changed
        skipped = first_slot - first_day * DAY_SLOTS
        return found[skipped : skipped + slots]

    def part(self, number: int) -> PartLens | None:
        """The file of this number."""
        return next((part for part in self.parts if part.number == number), None)


def _ahead(zone: ZoneInfo, slot: int) -> int:
    offset = datetime.fromtimestamp(slot * SLOT_S, zone).utcoffset() or timedelta()
    return int(offset.total_seconds()) // SLOT_S


def weekday_of(local: NDArray[np.int64]) -> NDArray[np.int64]:
    """The days of the week (Monday 0) of quarters of an hour in a zone; 1970 began on a Thursday."""
    found: NDArray[np.int64] = (local // DAY_SLOTS + 3) % 7
    return found


def codes_of(names: Sequence[str]) -> NDArray[np.uint32]:
    """The codes of some names."""
    return pl.Series(names, dtype=pl.String).cast(pl.Categorical).to_physical().to_numpy().astype(np.uint32)


def _stacked(columns: Sequence[pl.Series]) -> pl.Series:
    if not columns:
        return pl.Series(dtype=pl.Categorical)
    return pl.concat([one.rename("name") for one in columns], rechunk=True)


def _named(names: pl.Series) -> dict[int, str]:
    each = names.unique().drop_nulls()
    return dict(zip(each.to_physical().to_list(), each.cast(pl.String).to_list(), strict=True))


def open_explorer(
    session: Session, trails_dir: Path, *, zone: str, progress: Callable[[int, int], None] = lambda *_: None
) -> Explorer:
    """Open the records as they stand now; lenses that are missing are made.

    Raises:
        DamagedTrailError: A file is not there, or does not hold what its row says.
    """
    rows = session.scalars(select(TrailPart).order_by(TrailPart.id)).all()
    done = 0

    def opened(row: TrailPart) -> tuple[TrailPart, Path, LensHead]:
        nonlocal done
        found = _opened(row, trails_dir)
        done += 1
        progress(done, len(rows))
        return found

    with ThreadPoolExecutor(THREADS) as pool:
        return Explorer(list(pool.map(opened, rows)), zone)


def _opened(row: TrailPart, trails_dir: Path) -> tuple[TrailPart, Path, LensHead]:
    path = trails_dir / row.path
    beside = lens_path(path)
    head = read_head(beside, row.sha256)
    if head is None:
        if not path.is_file():
            raise DamagedTrailError(
                f"the trail file {path} is missing", hint="Restore the trails folder from a backup."
            )
        write_lens(make_lens(pl.read_parquet(path, columns=list(NEEDED))), beside, row.sha256)
        head = read_head(beside, row.sha256)
    if head is None or head.rows != row.rows:
        raise DamagedTrailError(
            f"the trail file {path} does not hold the {row.rows} records that it was written with",
            hint="Restore the trails folder from a backup, and run `hinomi verify`.",
        )
    return row, path, head
