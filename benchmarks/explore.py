"""Exploring access records at carrier scale: each class of question, cold and warm, beside a plain scan of everything.

    ./run bench explore [--records 3000000] [--customers 10000000] [--operators 3000] [--days 3650] [--home DIR]

Made-up records go straight through the store's own writer (`benchmarks.trails` measures the import). Every question
asks for the newest page, the histogram and all facets. The baseline of the same run is Polars reading the columns that
the question needs from end to end. Files are put out of the page cache one by one before a cold question.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from core.database import Database
from migrations import upgrade
from trails.models import TrailImport, TrailPart
from trails.records import SCHEMA
from trails.store.parts import PartWriter, put_in_place
from trails.times import WHEN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

BEGIN: Final = datetime(2016, 1, 1, tzinfo=UTC)
HOUR_S: Final = 3600
DAY_S: Final = 86_400
SYSTEMS: Final = ("callcenter", "shopfront")
ACTIONS: Final = ("view", "search", "edit", "print", "download", "export")
CHANCES: Final = (0.74, 0.12, 0.1, 0.02, 0.015, 0.005)
PROCESSORS: Final = 12
TERMINALS_EACH: Final = 3


def write_records(folder: Path, database: Database, shape: argparse.Namespace) -> None:
    """Records month by month, as an import of each system would have left them."""
    rng = np.random.default_rng(20261128)
    months = sorted({(BEGIN + timedelta(days=day)).strftime("%Y-%m") for day in range(shape.days)})
    each = -(-shape.records // (len(months) * len(SYSTEMS)))
    with database.write() as session:
        for system in SYSTEMS:
            row = TrailImport(
                system=system, file_name=f"{system}.csv", sha256="0" * 64, mapping={}, state="done",
                started_at=BEGIN + timedelta(days=shape.days),
            )  # fmt: skip
            session.add(row)
            session.flush()
            writer = PartWriter(folder / "staging" / system, row.id)
            for month in months:
                writer.add(month, _month(rng, month, each, system, shape))
                writer.flush(month)
            for part in writer.close():
                session.add(
                    TrailPart(
                        import_id=row.id, system=system, month=part.month, path=put_in_place(part, folder, system),
                        rows=part.rows, size_bytes=part.size_bytes, sha256=part.sha256, first_at=part.first_at,
                        last_at=part.last_at, sessions=part.sessions, exports=part.exports,
                    )
                )  # fmt: skip


def customer_digests(numbers: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Stand-ins for keyed digests: spread over all 64 bits, the low six saying a kind."""
    with np.errstate(over="ignore"):
        mixed = (numbers.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
        mixed *= np.uint64(0xBF58476D1CE4E5B9)
        mixed ^= mixed >> np.uint64(32)
    return (mixed & ~np.uint64(63)) | np.uint64(9)


def _month(rng: np.random.Generator, month: str, rows: int, system: str, shape: argparse.Namespace) -> pl.DataFrame:
    """One month of one system: people at work by day, on weekdays mostly, in sessions, at a few terminals each."""
    first = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
    days = ((first + timedelta(days=32)).replace(day=1) - first).days
    weights = np.array([0.25 if (first + timedelta(days=day)).weekday() > 4 else 1.0 for day in range(days)])  # noqa: PLR2004
    day = rng.choice(days, rows, p=weights / weights.sum())
    who = rng.integers(0, shape.operators, rows)
    begins = (who * 7919 % 14).astype(np.int64)  # the hour, in UTC, at which a shift begins
    second = day * DAY_S + (begins * HOUR_S + rng.integers(0, 8 * HOUR_S, rows)) % DAY_S
    place = who * TERMINALS_EACH + np.where(rng.random(rows) < 0.8, 0, rng.integers(0, TERMINALS_EACH, rows))  # noqa: PLR2004
    customer = (shape.customers * rng.random(rows) ** 1.3).astype(np.int64)
    month_number = first.year * 12 + first.month
    seat = ((month_number * 31 + day) * shape.operators + who) * 997 % (1 << 40)

    def names(numbers: NDArray[np.int64], prefix: str, width: int = 4) -> pl.Series:
        unique, at = np.unique(numbers, return_inverse=True)
        words = pl.Series([f"{prefix}{number:0{width}d}" for number in unique.tolist()], dtype=pl.String)
        return words.cast(pl.Categorical).gather(at)

    action = pl.Series(ACTIONS, dtype=pl.String).cast(pl.Categorical)
    outcome = pl.Series(["OK", "失敗"], dtype=pl.String).cast(pl.Categorical)
    nothing = pl.repeat(None, rows, dtype=pl.Categorical, eager=True)
    columns = {
        "when": pl.Series((int(first.timestamp()) + second) * 1_000_000).cast(WHEN),
        "offset_min": pl.repeat(540, rows, dtype=pl.Int16, eager=True),
        "operator": names(who, "op-"),
        "account": names(who // 2, "acc-"),
        "terminal": names(place, "T", 5),
        "address": names(place // 4, "10.8.0."),
        "processor": names(who % PROCESSORS, "委託先", 2),
        "extract": nothing,
        "outcome": outcome.gather((rng.random(rows) < 0.02).astype(np.int64)),  # noqa: PLR2004
        "host": names(who % 4, f"{system}-", 1),
        "action": action.gather(rng.choice(len(ACTIONS), rows, p=CHANCES)),
        "session": pl.Series(seat).cast(pl.String),
        "sequence": pl.repeat(None, rows, dtype=pl.Int64, eager=True),
        "subject": pl.Series(customer_digests(customer)),
        "line": pl.Series(rng.integers(1, 1 << 63, rows).astype(np.uint64)),
    }
    return pl.DataFrame({name: columns[name] for name in SCHEMA})
