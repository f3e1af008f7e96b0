"""Questions to the trails: who touched these customers, and what else did those holders touch.

A holder is named by one field (operator, terminal, …) or, as ``export``, by one record that took several customers
at once. Both questions read all files lazily: a column that is not asked for is never read, and a file sorted by
operator is mostly skipped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl
from sqlalchemy import select

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
TAKING_OUT: Final = ("export", "download", "outside_storage", "removable_media", "print")
UNDATED_DAY: Final = -(1 << 30)
TOUCH_COLUMNS: Final = ("name", "subject", "day", "action", "system", "extract")


@dataclass(frozen=True)
class Trails:
    """The files of every system; days are those of ``zone``, and nothing after ``until`` is seen."""

    paths: Mapping[str, Sequence[Path]]
    zone: str
    until: datetime

    @property
    def systems(self) -> tuple[str, ...]:
        """Systems with records, by name."""
        return tuple(self.paths)

    def records(self, *columns: str) -> pl.LazyFrame:
        """All records up to the end, with ``system`` and ``day``; undated ones are among them."""
        frames = [scan(paths).with_columns(system=pl.lit(system)) for system, paths in self.paths.items()]
        if not frames:
            frames = [scan([]).with_columns(system=pl.lit(""))]
        day = (
            pl.col("when")
            .dt.convert_time_zone(self.zone)
            .dt.date()
            .cast(pl.Int32)
            .cast(pl.Int64)
            .fill_null(UNDATED_DAY)
        )
        whole = pl.concat(frames).filter(pl.col("when").is_null() | (pl.col("when") <= self.until))
        return whole.select(*columns, "system", day.alias("day"))


def open_trails(session: Session, trails_dir: Path, *, zone: str, until: datetime) -> Trails:
    """The trails as they stand now."""
    systems = session.scalars(select(TrailPart.system).distinct().order_by(TrailPart.system)).all()
    return Trails({system: part_paths(session, trails_dir, system=system) for system in systems}, zone, until)


def touches_of(trails: Trails, subjects: NDArray[np.uint64]) -> pl.DataFrame:
    """Every record that touches one of the subjects, with all that names a holder."""
    asked = pl.Series("asked", subjects, dtype=pl.UInt64)
    wanted = pl.col("subject").is_in(asked.implode()) | pl.col("extract").is_not_null()
    columns = [*HOLDER_KINDS, "action", "extract", "subject", "line"]
    return trails.records(*columns).filter(wanted).collect(engine="streaming")


def count_holders(trails: Trails, kinds: Sequence[str] = HOLDER_KINDS) -> dict[str, int]:
    """How many different holders of each kind there are; exact for all but long lists of sessions."""
    counted = trails.records(*kinds).select(pl.col(kind).drop_nulls().approx_n_unique() for kind in kinds)
    return {
        kind: int(counted_kind) for kind, counted_kind in counted.collect(engine="streaming").row(0, named=True).items()
    }


def count_exports(trails: Trails) -> int:
    """How many records took customers out."""
    return int(
        trails.records("action", "line")
        .filter(pl.col("action").cast(pl.String).is_in(TAKING_OUT))
        .select(pl.col("line").approx_n_unique())
        .collect(engine="streaming")
        .item()
    )


def touches_by(trails: Trails, kind: str, names: Sequence[str]) -> pl.DataFrame:
    """Everything that the named holders of a kind touched: columns as in `TOUCH_COLUMNS`."""
    if kind == EXPORT:
        lines = pl.Series("lines", [int(name, 16) for name in names], dtype=pl.UInt64)
        rows = trails.records("line", "subject", "action", "extract").filter(pl.col("line").is_in(lines.implode()))
        return rows.collect(engine="streaming").select(export_name().alias("name"), *TOUCH_COLUMNS[1:])
    asked = pl.Series("asked", names, dtype=pl.String).cast(pl.Categorical)
    rows = trails.records(kind, "subject", "action", "extract").filter(pl.col(kind).is_in(asked.implode()))
    found = rows.select(pl.col(kind).alias("name"), *TOUCH_COLUMNS[1:]).collect(engine="streaming")
    return found.with_columns(pl.col("name").cast(pl.String))


def export_name() -> pl.Expr:
    """The name of one record that took customers out: its line's digest in hexadecimal."""
    return pl.col("line").map_elements(lambda line: f"{line:016x}", return_dtype=pl.String)
