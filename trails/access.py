"""Questions to the trails: who touched these customers, and what else did those holders touch.

A holder is named by one field (operator, terminal, …) or, as ``export``, by one record that took several customers at
once. All files are read lazily: a column that is not asked for is never read, and of a file sorted by operator most is
skipped where operators are known. A holder with very many records is read as a sample of its customers.
A record whose outcome says that nothing was shown is no touch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl
from sqlalchemy import func, select

from trails.fields import HOLDER_KINDS, is_refused
from trails.models import TrailPart
from trails.records import SCHEMA
from trails.store import part_paths, scan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from sqlalchemy.orm import Session

EXPORT: Final = "export"
UNDATED_DAY: Final = -(1 << 30)
TOUCH_COLUMNS: Final = ("name", "subject", "day", "action", "system", "extract")
OF_AN_OPERATOR: Final = ("session", EXPORT)
"""Kinds of which one holder belongs to one operator, so that only that operator's records have to be read."""
SAMPLES: Final = {128: 2_000_000, 16: 200_000}
"""Of a holder with more records than that, one in so many customers is read; digests are as good as chance."""
CENSUS_ROWS: Final = 10_000_000
MEAN_SAMPLE: Final = 256
CODE_VALUES: Final = 64
"""The low six bits of a digest say its kind; the others are as good as random."""


@dataclass(frozen=True)
class Trails:
    """The files of every system; days are those of ``zone``, and nothing after ``until`` is seen."""

    paths: Mapping[str, Sequence[Path]]
    zone: str
    until: datetime
    rows: int = 0
    sessions: int = 0
    exports: int = 0
    hashes: Sequence[str] = ()
    """The SHA-256 of each file."""

    @property
    def systems(self) -> tuple[str, ...]:
        """Systems with records, by name."""
        return tuple(self.paths)

    def records(self, *columns: str) -> pl.LazyFrame:
        """All records up to the end, with ``system`` and ``day``; undated ones are among them."""
        frames = [scan(paths).with_columns(system=pl.lit(system)) for system, paths in self.paths.items()]
        whole = pl.concat(frames) if frames else scan([]).with_columns(system=pl.lit(""))
        local = pl.col("when").dt.convert_time_zone(self.zone).dt.date()
        day = local.cast(pl.Int32).cast(pl.Int64).fill_null(UNDATED_DAY)
        possible = pl.col("when").is_null() | (pl.col("when") <= self.until)
        return whole.filter(possible).select(*columns, "system", day.alias("day"))


def open_trails(session: Session, trails_dir: Path, *, zone: str, until: datetime) -> Trails:
    """The trails as they stand now."""
    systems = session.scalars(select(TrailPart.system).distinct().order_by(TrailPart.system)).all()
    paths = {system: part_paths(session, trails_dir, system=system) for system in systems}
    counted = (TrailPart.rows, TrailPart.sessions, TrailPart.exports)
    rows, sessions, exports = (int(total or 0) for total in session.execute(select(*map(func.sum, counted))).one())
    hashes = session.scalars(select(TrailPart.sha256)).all()
    return Trails(paths, zone, until, rows, sessions, exports, hashes)


def touches_of(trails: Trails, subjects: NDArray[np.uint64], *, population: int) -> tuple[pl.DataFrame, float]:
    """Every record that touches one of the subjects, with all that names a holder, and those of whole extracts.

    Beside it, by how many operators a customer is touched in the mean of all ``population``, estimated from a sample.
    """
    asked = pl.col("subject").is_in(pl.Series("asked", subjects, dtype=pl.UInt64).implode())
    sampled = (pl.col("subject") // CODE_VALUES) % MEAN_SAMPLE == 0
    whole = pl.col("extract").is_not_null()
    columns = [*HOLDER_KINDS, "action", "extract", "subject", "line", "outcome"]
    found = _granted(trails.records(*columns).filter(asked | sampled | whole).collect(engine="streaming"))
    chance = found.filter(sampled & (pl.col("subject") != 0)).select("operator", "subject").n_unique()
    return found.filter(asked | whole), chance * MEAN_SAMPLE / max(population, 1)


@dataclass(frozen=True)
class Census:
    """How many holders of each kind there are, and about how many records each of the larger ones left."""

    holders: dict[str, int]
    records: dict[str, dict[str, int]]

    def by_rate(self, kind: str, names: Sequence[str]) -> dict[int, list[str]]:
        """Names by how many customers one that is read has to stand for."""
        known = self.records.get(kind, {})
        rated: dict[int, list[str]] = {}
        for name in names:
            rate = next((rate for rate, above in SAMPLES.items() if known.get(name, 0) > above), 1)
            rated.setdefault(rate, []).append(name)
        return rated


def take_census(trails: Trails) -> Census:
    """Count holders over a spread of files, enough for a logarithm; sessions and exports as their files did."""
    paths = [path for some in trails.paths.values() for path in some]
    step = max(1, trails.rows // CENSUS_ROWS)
    records: dict[str, dict[str, int]] = {}
    for kind in HOLDER_KINDS:
        if kind not in OF_AN_OPERATOR:
            counted = scan(paths[::step]).group_by(kind).agg(pl.len()).collect(engine="streaming").drop_nulls()
            records[kind] = {str(name): rows * step for name, rows in counted.iter_rows()}
    holders = {kind: len(names) for kind, names in records.items()} | {
        "session": trails.sessions,
        EXPORT: trails.exports,
    }
    return Census(holders, records)


def touches_by(
    trails: Trails,
    kind: str,
    names: Sequence[str],
    *,
    rate: int = 1,
    operators: Sequence[str] | None = None,
    keep: NDArray[np.uint64],
) -> pl.DataFrame:
    """Everything that the named holders of a kind touched: columns as in `TOUCH_COLUMNS`.

    Args:
        trails: Where to look.
        kind: A holder's kind, or `EXPORT`.
        names: Which holders.
        rate: One in so many customers is read.
        operators: The only operators whose records can be theirs, if that is known.
        keep: Subjects that no sample leaves out.
    """
    rows = _named(trails, kind, names, operators)
    if rate > 1:
        kept = pl.col("subject").is_in(pl.Series("keep", keep, dtype=pl.UInt64).implode())
        rows = rows.filter(kept | ((pl.col("subject") // CODE_VALUES) % rate == 0) | pl.col("extract").is_not_null())
    return _granted(rows.collect(engine="streaming")).with_columns(pl.col("name").cast(pl.String))


def export_name() -> pl.Expr:
    """The name of one record that took customers out: its line's digest in hexadecimal."""
    return pl.col("line").map_elements(lambda line: f"{line:016x}", return_dtype=pl.String)


def _named(trails: Trails, kind: str, names: Sequence[str], operators: Sequence[str] | None) -> pl.LazyFrame:
    column = "line" if kind == EXPORT else kind
    rows = trails.records(*dict.fromkeys((column, "operator")), "subject", "action", "extract", "outcome")
    if operators is not None:
        # By themselves first: files are sorted by operator, and a column of sessions is the dearest to read.
        rows = rows.filter(_is_one_of("operator", operators)).collect(engine="streaming").lazy()
    if kind == EXPORT:
        lines = pl.Series("lines", [int(name, 16) for name in names], dtype=pl.UInt64)
        rows = rows.filter(pl.col("line").is_in(lines.implode()))
    else:
        rows = rows.filter(_is_one_of(kind, names))
    name = export_name() if kind == EXPORT else pl.col(kind)
    return rows.select(name.alias("name"), *TOUCH_COLUMNS[1:], "outcome")


def _granted(records: pl.DataFrame) -> pl.DataFrame:
    """The records that were not refused, without their outcome."""
    outcome = records["outcome"].cast(pl.String)
    refused = [word for word in outcome.unique().to_list() if word is not None and is_refused(word)]
    if refused:
        records = records.filter(~outcome.is_in(refused).fill_null(value=False))
    return records.drop("outcome")


def _is_one_of(column: str, names: Sequence[str]) -> pl.Expr:
    return pl.col(column).is_in(pl.Series("names", names, dtype=pl.String).cast(SCHEMA[column]).implode())
