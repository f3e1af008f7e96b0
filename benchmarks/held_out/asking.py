"""A world's log written as trails under a made-up key, in any splitting, and what is said about its leak."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from root_cause.candidates import read_touches
from root_cause.ranking import Leak, rank_holders
from trails.records import SCHEMA
from trails.store.access import Trails
from trails.store.parts import PartWriter
from trails.store.runs import read_runs

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from benchmarks.held_out.worlds import HeldOutWorld
    from root_cause.ranking import Ranking

DAY_ZERO: Final = datetime(2026, 1, 1, tzinfo=UTC)
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
ACTIONS: Final = ("view", "export")


def digests_under(key: int, customers: int) -> NDArray[np.uint64]:
    """What stands for each customer under a key: numbers as good as random, low bits alike as digests have them."""
    drawn = np.random.default_rng(key).choice(1 << 50, customers, replace=False).astype(np.uint64)
    return drawn << np.uint64(6) | np.uint64(5)


def write_trails(world: HeldOutWorld, folder: Path, key: int, parts: int = 1) -> Trails:
    """The log as files of one system: in the order of time, or dealt out at random to so many imports."""
    digests = digests_under(key, world.customers)
    frame = _frame(world, digests)
    rng = np.random.default_rng(key)
    dealt = rng.integers(0, parts, len(frame))
    paths: list[Path] = []
    for number in range(parts):
        writer = PartWriter(folder / f"{key}-{parts}", number)
        for (month,), rows in frame.filter(dealt == number).partition_by("month", as_dict=True).items():
            writer.add(str(month), rows.drop("month"))
        paths += [part.path for part in writer.close()]
    until = DAY_ZERO + timedelta(days=world.days)
    return Trails({"crm": sorted(paths)}, "UTC", until, read_runs(sorted(paths)))


def _frame(world: HeldOutWorld, digests: NDArray[np.uint64]) -> pl.DataFrame:
    log, names = world.log, pl.Series(world.names)
    seconds = log.day * 86_400 + log.second
    who = names.gather(log.who)
    frame = pl.DataFrame(
        {
            "when": pl.Series((DAY_ZERO - EPOCH) // timedelta(microseconds=1) + seconds * 1_000_000).cast(
                pl.Datetime("us", "UTC")
            ),
            "operator": who,
            "terminal": "T-" + who,
            "session": who + "-" + pl.Series(log.day).cast(pl.String),
            "action": pl.Series(ACTIONS).gather(log.action),
            "subject": digests[log.customer],
            "line": np.arange(len(log), dtype=np.uint64),
        }
    ).with_columns(month=pl.col("when").dt.strftime("%Y-%m"))
    missing = [pl.lit(None, kind).alias(name) for name, kind in SCHEMA.items() if name not in frame.columns]
    return frame.with_columns(missing).select("month", *(pl.col(name).cast(kind) for name, kind in SCHEMA.items()))


def ask(world: HeldOutWorld, trails: Trails, key: int) -> Ranking:
    """The ranking of a world's leak over its trails."""
    digests = digests_under(key, world.customers)
    seen = np.sort(digests[world.leaked])
    until = (DAY_ZERO - EPOCH).days + world.days
    leak = Leak(seen, np.full(len(seen), 0.98), world.customers, until)
    found = read_touches(trails, leak, lambda _: np.empty(0, np.uint64))
    return rank_holders(found.leak, found.touches, found.among)
