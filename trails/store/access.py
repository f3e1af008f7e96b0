"""Questions to the trails: who touched these customers, and what else did those holders touch.

A holder is named by one field (operator, terminal, …) or, as ``export``, by one record that took several customers at
once. The customers' column is read from end to end; who it was comes from the runs of each file (`trails.store.runs`),
and then only the rows of those that matter are read. A holder with very many records is read as a sample of its
customers. A record whose outcome says that nothing was shown is no touch.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from sqlalchemy import func, select

from core.clock import local
from fingerprints.index.sorted_search import distinct
from trails.fields import is_refused
from trails.models import TrailPart
from trails.store.looked_up import find_lenses, look_up
from trails.store.parts import part_paths, scan
from trails.store.reach import EXACT_ROWS, counted_kind, is_sampled, measure_reach, sample_rate, sampled_bits
from trails.store.runs import RUN_KINDS, read_runs

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from numpy.typing import NDArray
    from sqlalchemy.orm import Session

    from trails.explore.lens import LensHead
    from trails.store.reach import Reach
    from trails.store.runs import RunTable

EXPORT: Final = "export"
EPOCH_YEAR: Final = 1970
UNDATED_DAY: Final = -(1 << 30)
SAMPLES: Final = {128: 2_000_000, 16: 200_000}
"""Of a holder with more records than that, one in so many customers is read, unless there are few enough in all."""
TOUCH: Final = ("subject", "when", "action", "outcome", "extract")
"""What is read of a record, whoever it was."""


@dataclass(frozen=True)
class Trails:
    """The files of every system; days are those of ``zone``, and nothing after ``until`` is seen."""

    paths: Mapping[str, Sequence[Path]]
    zone: str
    until: datetime
    runs: RunTable
    sessions: int = 0
    exports: int = 0
    hashes: Sequence[str] = ()
    """The SHA-256 of each file."""
    lenses: Mapping[int, LensHead] = field(default_factory=dict)
    """By a file's number, the head of its lens, where it has one that tells every time."""

    @property
    def systems(self) -> tuple[str, ...]:
        """Systems with records, by name."""
        return tuple(self.paths)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return int(self.runs.offsets[-1])

    @property
    def is_exact(self) -> bool:
        """Whether there are so few rows that all of them are counted."""
        return self.rows <= EXACT_ROWS

    @property
    def files(self) -> list[Path]:
        """All files, in the order in which rows are counted through."""
        return [path for paths in self.paths.values() for path in paths]

    def system_of(self, rows: NDArray[np.int64]) -> pl.Series:
        """The system of each row."""
        owners = [system for system, paths in self.paths.items() for _ in paths]
        parts = np.searchsorted(self.runs.offsets, rows, side="right") - 1
        return pl.Series("system", owners, dtype=pl.String).gather(parts)


def open_trails(session: Session, trails_dir: Path, *, zone: str, until: datetime) -> Trails:
    """The trails as they stand now."""
    systems = session.scalars(select(TrailPart.system).distinct().order_by(TrailPart.system)).all()
    paths = {system: part_paths(session, trails_dir, system=system) for system in systems}
    counted = (TrailPart.sessions, TrailPart.exports)
    sessions, exports = (int(total or 0) for total in session.execute(select(*map(func.sum, counted))).one())
    files = [path for some in paths.values() for path in some]
    known = session.execute(select(TrailPart.path, TrailPart.sha256, TrailPart.first_at)).all()
    # A lens tells no time of 1970's first second, and none before.
    told = {trails_dir / path: sha256 for path, sha256, first in known if first is None or first.year > EPOCH_YEAR}
    lenses = find_lenses(files, told)
    hashes = [sha256 for _, sha256, _ in known]
    return Trails(paths, zone, until, read_runs(files), sessions, exports, hashes, lenses)


def spans_of(session: Session, zone: str) -> dict[str, tuple[date, date]]:
    """By system, the days of its first and its last record in a zone; without those that have undated ones alone."""
    bounds = (TrailPart.system, func.min(TrailPart.first_at), func.max(TrailPart.last_at))
    asked = select(*bounds).where(TrailPart.first_at.is_not(None)).group_by(TrailPart.system)
    return {
        system: (local(first, zone).date(), local(last, zone).date())
        for system, first, last in session.execute(asked)
        if first is not None and last is not None
    }


def touches_of(trails: Trails, subjects: NDArray[np.uint64], rate: int | None = None) -> tuple[pl.DataFrame, Reach]:
    """Every record that touches one of the subjects, with all that repeats of its holders, and those of whole extracts.

    Beside it, by how many holders customers are touched at all, measured on one customer in ``rate``; by default all,
    or as few as so many records want. Of a sample, times may be told to the second only.
    """
    rate, kind = rate or sample_rate(trails.rows), counted_kind(trails.runs)
    asked = pl.col("subject").is_in(pl.Series("asked", subjects, dtype=pl.UInt64).implode())
    whole = pl.col("extract").is_not_null() if trails.runs.names_extracts else pl.lit(value=False)
    columns = dict.fromkeys(["row", *TOUCH, *sorted(trails.runs.loose)])
    plain = trails.runs.names_extracts or bool(trails.runs.loose) or rate == 1
    by_lens = {} if plain else _lenses_before_end(trails)
    looked_up = _looked_up(trails, by_lens, distinct(subjects), rate)
    scanned = every_row(trails, without=by_lens).filter(asked | whole | is_sampled(rate)).select(*columns)
    rows = pl.concat([scanned.collect(engine="streaming"), *looked_up])
    found = granted(trails, rows)
    chance = found.filter(is_sampled(rate))
    holders = chance[kind] if kind in trails.runs.loose else trails.runs.of_rows(chance["row"].to_numpy(), kind)[kind]
    reach = measure_reach(kind, holders, chance["subject"], rate)
    found = found.filter(asked | whole)
    runs = trails.runs.of_rows(found["row"].to_numpy()).drop("extract", strict=False)
    return pl.concat([found, runs], how="horizontal"), reach


@dataclass(frozen=True)
class Census:
    """How many holders of each kind there are, and how many records each left; no records of sessions and exports.

    ``is_exact`` says that there are so few records that every customer of a holder is read.
    """

    holders: dict[str, int]
    records: dict[str, dict[str, int]]
    is_exact: bool = False

    def rated(self, kind: str, names: Sequence[str]) -> dict[str, int]:
        """By name, how many customers one that is read has to stand for."""
        known = {} if self.is_exact else self.records.get(kind, {})
        return {
            name: next((rate for rate, above in SAMPLES.items() if known.get(name, 0) > above), 1) for name in names
        }


def take_census(trails: Trails) -> Census:
    """Count holders: from the runs where they tell, else over a spread of files, enough for a logarithm.

    Sessions are counted where all is counted; beyond, file by file, so that one in two files counts twice.
    """
    step = max(1, trails.rows // EXACT_ROWS)
    records: dict[str, dict[str, int]] = {}
    for kind in RUN_KINDS:
        if kind not in trails.runs.loose:
            records[kind] = trails.runs.counted(kind)
            continue
        counted = scan(trails.files[::step]).group_by(kind).agg(pl.len()).collect(engine="streaming").drop_nulls()
        records[kind] = {str(name): rows * step for name, rows in counted.iter_rows()}
    holders = {kind: len(names) for kind, names in records.items()}
    sessions = _count_sessions(trails) if trails.is_exact else trails.sessions
    return Census(holders | {"session": sessions, EXPORT: trails.exports}, records, trails.is_exact)


def _count_sessions(trails: Trails) -> int:
    if not trails.files:
        return 0
    named = scan(trails.files).select(pl.col("session").drop_nulls().n_unique())
    return int(named.collect(engine="streaming").item())


def every_row(trails: Trails, without: Container[int] = ()) -> pl.LazyFrame:
    """All rows, lazily, each with its number; not those of files ``without`` which it is to be, by number."""
    files = trails.files
    left = [number for number in range(len(files)) if number not in without]
    if not left:
        return scan([]).with_columns(row=pl.lit(0, pl.Int64))
    if len(left) == len(files):
        return pl.scan_parquet(files, row_index_name="row").with_columns(pl.col("row").cast(pl.Int64))
    row = pl.col("row").cast(pl.Int64)
    return pl.concat(
        pl.scan_parquet(files[number], row_index_name="row").with_columns(row + int(trails.runs.offsets[number]))
        for number in left
    )


def _lenses_before_end(trails: Trails) -> dict[int, LensHead]:
    """Lenses of files with no record at the end or after it: they tell times to the second."""
    end = int(trails.until.timestamp())
    return {number: head for number, head in trails.lenses.items() if head.last < end}


def _looked_up(
    trails: Trails, lenses: Mapping[int, LensHead], subjects: NDArray[np.uint64], rate: int
) -> list[pl.DataFrame]:
    files, among = trails.files, sampled_bits(rate)
    return [
        look_up(files[number], head, subjects, among).with_columns(pl.col("row") + int(trails.runs.offsets[number]))
        for number, head in lenses.items()
    ]


def granted(trails: Trails, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows up to the end that were not refused, with ``system`` and ``day``; undated ones are among them."""
    rows = rows.filter(pl.col("when").is_null() | (pl.col("when") <= trails.until))
    outcome = rows["outcome"].cast(pl.String)
    refused = [word for word in outcome.unique().to_list() if word is not None and is_refused(word)]
    if refused:
        rows = rows.filter(~outcome.is_in(refused).fill_null(value=False))
    local = pl.col("when").dt.convert_time_zone(trails.zone).dt.date()
    day = local.cast(pl.Int32).cast(pl.Int64).fill_null(UNDATED_DAY).alias("day")
    return rows.with_columns(day, trails.system_of(rows["row"].to_numpy()))
