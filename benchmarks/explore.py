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
from trails.explore.conditions import (
    ANYTHING,
    ClockHours,
    Either,
    InSessions,
    NamedIn,
    NamedLike,
    OfSubjects,
    TimeSpan,
    Weekdays,
    Without,
    both,
)
from trails.explore.explorer import open_explorer
from trails.explore.language import PLAIN
from trails.explore.questions import ask
from trails.explore.rows import read_places
from trails.models import TrailImport, TrailPart
from trails.records import SCHEMA
from trails.store.parts import PartWriter, part_paths, put_in_place
from trails.times import WHEN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from trails.explore.conditions import Condition
    from trails.explore.explorer import Explorer

BUDGET_WARM_S, BUDGET_COLD_S, BUDGET_MIB = 1.0, 3.0, 2048
"""For 100 million records; with fewer they are to be kept all the more."""

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


def questions(explorer: Explorer, shape: argparse.Namespace) -> dict[str, Condition]:
    """One question of each class."""
    rng = np.random.default_rng(7)
    last = (explorer.span or (0, 0))[1]
    day = last - 900 * DAY_S

    def customers(count: int) -> OfSubjects:
        return OfSubjects.of(customer_digests(rng.integers(0, shape.customers, count)))

    operator = NamedIn("operator", frozenset({"op-0007"}))
    sessions = read_places(explorer, ask(explorer, TimeSpan(day, day + DAY_S), limit=1, facets=()).page)["session"]
    return {
        "everything": ANYTHING,
        "one day": TimeSpan(day, day + DAY_S),
        "two years": TimeSpan(day - 730 * DAY_S, day),
        "one operator": operator,
        "a rare action": NamedIn("action", frozenset({"export"})),
        "hours of the night": ClockHours(frozenset({22, 23, 0, 1, 2, 3, 4})),
        "weekends, one action": both(Weekdays(frozenset({5, 6})), NamedIn("action", frozenset({"view"}))),
        "refused, by night": both(NamedIn("outcome", frozenset({"失敗"})), ClockHours(frozenset(range(6)))),
        "not, either, or": both(
            Without(NamedIn("processor", frozenset({"委託先03"}))),
            Either((NamedIn("action", frozenset({"print", "export"})), NamedIn("host", frozenset({"callcenter-1"})))),
        ),
        "a word": NamedLike(PLAIN, "shop"),
        "one session": InSessions(frozenset(sessions.to_list())),
        "one customer": customers(1),
        "1,000 leaked customers": customers(1000),
        "100,000 leaked customers": customers(100_000),
        "an operator and 10,000 leaked": both(operator, customers(10_000)),
    }


def put_out(paths: Sequence[Path]) -> None:
    """Put files out of the page cache, as far as the system lets us."""
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)


def plain_scans(files: Sequence[Path]) -> dict[str, Callable[[], object]]:
    """What Polars needs for counts alone, without any lens: an unfiltered one, and one over leaked customers."""
    lazy = pl.scan_parquet(list(files))
    by = pl.col("when").dt.truncate("1d").alias("day")
    asked = pl.Series(customer_digests(np.random.default_rng(7).integers(0, 10_000_000, 1000)))
    some = lazy.filter(pl.col("subject").is_in(asked.implode()))
    return {
        "everything by day": lambda: lazy.group_by(by).len().collect(engine="streaming"),
        "everything by operator": lambda: lazy.group_by("operator").len().collect(engine="streaming"),
        "1,000 customers by day and operator": lambda: some.group_by(by, "operator").len().collect(engine="streaming"),
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures; 1 when a budget is not kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=3_000_000)
    parser.add_argument("--customers", type=int, default=10_000_000)
    parser.add_argument("--operators", type=int, default=3000)
    parser.add_argument("--days", type=int, default=3650)
    parser.add_argument("--home", type=Path, help="keep everything here; what is there already is not made again")
    args = parser.parse_args(argv)
    home = args.home or Path(tempfile.mkdtemp(prefix="hinomi-explore-"))
    try:
        return _run(home, args)
    finally:
        if args.home is None:
            shutil.rmtree(home, ignore_errors=True)


def _run(home: Path, args: argparse.Namespace) -> int:
    home.mkdir(parents=True, exist_ok=True)
    folder = home / "trails"
    database = Database(f"sqlite:///{home / 'trails.db'}")
    upgrade(database)
    if not folder.exists():
        seconds = _timed(lambda: write_records(folder, database, args))
        print(f"{args.records:,} records written in {seconds:.0f} s", flush=True)

    def opened() -> Explorer:
        with database.read() as session:
            return open_explorer(session, folder, zone="Asia/Tokyo")

    fresh = not any(folder.rglob("*.lens"))
    seconds = _timed(opened)
    with database.read() as session:
        files = part_paths(session, folder)
    lenses = sorted(folder.rglob("*.lens"))
    if fresh:
        print(f"lenses made in {seconds:.1f} s", flush=True)
    rows = sum(int(pl.scan_parquet(file).select(pl.len()).collect().item()) for file in files)
    for kind, paths in (("records", files), ("lenses", lenses)):
        print(f"{kind}: {sum(path.stat().st_size for path in paths) / rows:.1f} bytes a record in {len(paths)} files")
    put_out([*files, *lenses])
    print(f"opened in {_timed(opened):.2f} s cold, {_timed(opened):.2f} s warm, {rows:,} records", flush=True)
    explorer = opened()
    worst_cold = worst_warm = 0.0
    for name, condition in questions(explorer, args).items():
        put_out([*files, *lenses])
        cold, found = _asked(explorer, condition)
        began = time.process_time()
        warm = min(_asked(explorer, condition)[0] for _ in range(3))
        spent = (time.process_time() - began) / 3
        told = f"cold {cold:6.3f} s  warm {warm:6.3f} s, {spent:6.3f} s of processor time"
        print(f"{name:32} {found:>13,} records  {told}", flush=True)
        worst_cold, worst_warm = max(worst_cold, cold), max(worst_warm, warm)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"worst: cold {worst_cold:.2f} s, warm {worst_warm:.2f} s; peak {peak:,.0f} MiB, mapped files included")
    for name, scan in plain_scans(files).items():
        put_out(files)
        print(f"polars, {name:36} cold {_timed(scan):6.3f} s  warm {_timed(scan):6.3f} s", flush=True)
    database.close()
    return 0 if worst_warm <= BUDGET_WARM_S and worst_cold <= BUDGET_COLD_S and peak <= BUDGET_MIB else 1


def _asked(explorer: Explorer, condition: Condition) -> tuple[float, int]:
    """Seconds until counts, histogram, facets and the newest page stand, and how many records fit."""
    started = time.perf_counter()
    found = ask(explorer, condition)
    read_places(explorer, found.page)
    return time.perf_counter() - started, found.rows


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    raise SystemExit(main())
