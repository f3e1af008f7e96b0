"""Questions to the trails: who touched these customers, and what else did those holders touch.

A holder is named by one field (operator, terminal, …) or, as ``export``, by one record that took several customers at
once. All files are read lazily: a column that is not asked for is never read, and of a file sorted by operator most is
skipped where operators are known. A holder with very many records is read as a sample of its customers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl
from sqlalchemy import func, select

from trails.fields import HOLDER_KINDS
from trails.models import TrailPart
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
WHOLE_ROWS: Final = 200_000
SAMPLE: Final = 16
"""Of a holder with more than `WHOLE_ROWS` records, one in so many customers is read; digests are as good as chance."""
MEAN_SAMPLE: Final = 256
CODE_VALUES: Final = 64
"""The low six bits of a digest say its kind; the others are as good as random."""


@dataclass(frozen=True)
class Trails:
    """The files of every system; days are those of ``zone``, and nothing after ``until`` is seen."""

    paths: Mapping[str, Sequence[Path]]
    zone: str
    until: datetime
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
    sessions, exports = session.execute(select(func.sum(TrailPart.sessions), func.sum(TrailPart.exports))).one()
    hashes = session.scalars(select(TrailPart.sha256)).all()
    return Trails(paths, zone, until, int(sessions or 0), int(exports or 0), hashes)


def touches_of(trails: Trails, subjects: NDArray[np.uint64], *, population: int) -> tuple[pl.DataFrame, float]:
    """Every record that touches one of the subjects, with all that names a holder, and those of whole extracts.

    Beside it, by how many operators a customer is touched in the mean of all ``population``, estimated from a sample.
    """
    asked = pl.col("subject").is_in(pl.Series("asked", subjects, dtype=pl.UInt64).implode())
    sampled = (pl.col("subject") // CODE_VALUES) % MEAN_SAMPLE == 0
    whole = pl.col("extract").is_not_null()
    columns = [*HOLDER_KINDS, "action", "extract", "subject", "line"]
    found = trails.records(*columns).filter(asked | sampled | whole).collect(engine="streaming")
    chance = found.filter(sampled & (pl.col("subject") != 0)).select("operator", "subject").n_unique()
    return found.filter(asked | whole), chance * MEAN_SAMPLE / max(population, 1)


def count_holders(trails: Trails) -> dict[str, int]:
    """How many different holders of each kind there are; sessions and exports as their files counted them."""
    paths = [path for some in trails.paths.values() for path in some]
    counted = {"session": trails.sessions, EXPORT: trails.exports}
    for kind in HOLDER_KINDS:
        if kind not in counted:
            names = scan(paths).select(pl.col(kind).unique()).collect(engine="streaming")[kind]
            counted[kind] = len(names.drop_nulls())
    return {kind: max(1, number) for kind, number in counted.items()}


def touches_by(
    trails: Trails, kind: str, names: Sequence[str], *, operators: Sequence[str] | None = None, keep: NDArray[np.uint64]
) -> list[tuple[int, pl.DataFrame]]:
    """Everything that the named holders of a kind touched: columns as in `TOUCH_COLUMNS`, by rate of the sample.

    Args:
        trails: Where to look.
        kind: A holder's kind, or `EXPORT`.
        names: Which holders.
        operators: The only operators whose records can be theirs, if that is known.
        keep: Subjects that no sample leaves out.
    """
    rows = _named(trails, kind, names, operators)
    counted = rows.group_by("name").agg(pl.len()).collect(engine="streaming")
    large = counted.filter(pl.col("len") > WHOLE_ROWS)["name"]
    found = [(1, rows.filter(~pl.col("name").is_in(large.implode())) if len(large) else rows)]
    if len(large):
        kept = pl.col("subject").is_in(pl.Series("keep", keep, dtype=pl.UInt64).implode())
        sampled = kept | ((pl.col("subject") // CODE_VALUES) % SAMPLE == 0) | pl.col("extract").is_not_null()
        found.append((SAMPLE, rows.filter(pl.col("name").is_in(large.implode()) & sampled)))
    return [
        (rate, frame.collect(engine="streaming").with_columns(pl.col("name").cast(pl.String))) for rate, frame in found
    ]


def export_name() -> pl.Expr:
    """The name of one record that took customers out: its line's digest in hexadecimal."""
    return pl.col("line").map_elements(lambda line: f"{line:016x}", return_dtype=pl.String)


def _named(trails: Trails, kind: str, names: Sequence[str], operators: Sequence[str] | None) -> pl.LazyFrame:
    column = "line" if kind == EXPORT else kind
    rows = trails.records(*dict.fromkeys((column, "operator")), "subject", "action", "extract")
    if operators is not None:
        # By themselves first: files are sorted by operator, and a column of sessions is the dearest to read.
        rows = rows.filter(_is_one_of("operator", operators)).collect(engine="streaming").lazy()
    if kind == EXPORT:
        lines = pl.Series("lines", [int(name, 16) for name in names], dtype=pl.UInt64)
        rows = rows.filter(pl.col("line").is_in(lines.implode()))
    else:
        rows = rows.filter(_is_one_of(kind, names))
    name = export_name() if kind == EXPORT else pl.col(kind)
    return rows.select(name.alias("name"), *TOUCH_COLUMNS[1:])


def _is_one_of(column: str, names: Sequence[str]) -> pl.Expr:
    return pl.col(column).is_in(pl.Series("names", names, dtype=pl.String).cast(pl.Categorical).implode())
