"""Access logs at carrier scale: records imported a second, bytes kept of each, and the time of a root cause over them.

    ./run bench trails [--records 100000000] [--customers 10000000] [--operators 3000] [--days 3650] [--home DIR]

A made-up call centre's log (CSV, CP932, Japanese headers) goes through `trails.imports` as `hinomi trails import` does
it, then once more its first part, which must add nothing; then a thousand customers of one operator are asked for, a
tenth of them replaced. The baseline of the same run is a digest of every line, which no import can do without.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import shutil
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from core.clock import SystemClock
from core.database import Database
from core.settings import KeySettings
from fingerprints.identifiers import load_kinds
from fingerprints.identifiers.customer_number import NUMBER_KIND
from fingerprints.secrets.digests import Digester
from fingerprints.secrets.keys import create_key, load_key
from migrations import upgrade
from root_cause.candidates import read_touches
from root_cause.ranking import Leak, rank_holders
from trails.explore.explorer import open_explorer
from trails.imports import plan_import, run_import
from trails.number_digests import KeyedDoor
from trails.store.access import open_trails
from trails.store.kept_lines import LineKeeper
from trails.store.parts import scan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from trails.imports import ImportResult

BUDGET_RECORDS_S, BUDGET_MIB, BUDGET_BYTES, BUDGET_CAUSE_S = 300_000, 2048, 30, 3
BEGIN: Final = 1_451_606_400
"""2016-01-01 in UTC."""
CHUNK: Final = 1_000_000
LINES: Final = 1_000_000
LEAKED, NOISE = 1000, 0.1
ACTIONS: Final = ("照会", "照会", "照会", "照会", "検索", "更新", "照会", "印刷", "照会", "ダウンロード")
CALLS_A_SESSION: Final = 40
DAY_S: Final = 86_400
SYSTEM: Final = "callcenter"


def write_log(path: Path, records: int, customers: int, operators: int, days: int) -> None:
    """A log in the order of time, a chunk at a time; operator 7 is the one whose customers leak."""
    rng = np.random.default_rng(20261125)
    with path.open("wb") as file:
        file.write("日時,作業者ID,端末,IPアドレス,セッションID,操作,お客様番号\n".encode("cp932"))
        for start in range(0, records, CHUNK):
            count = min(CHUNK, records - start)
            text = _chunk(rng, start, count, records, customers, operators, days).write_csv(include_header=False)
            file.write(text.encode("cp932"))


def _chunk(
    rng: np.random.Generator, start: int, count: int, records: int, customers: int, operators: int, days: int
) -> pl.DataFrame:
    second = BEGIN + (np.arange(start, start + count) * (days * DAY_S / records)).astype(np.int64)
    who = rng.integers(0, operators, count)
    session = second // DAY_S * operators + who
    customer = (customers * rng.random(count) ** 1.3).astype(np.int64)
    frame = pl.DataFrame(
        {
            "when": pl.Series(second * 1_000_000).cast(pl.Datetime("us")),
            "who": who,
            "session": session * CALLS_A_SESSION % 0xFFFF_FFFF,
            "action": pl.Series(rng.integers(0, len(ACTIONS), count).astype(np.uint32)),
            "customer": customer,
        }
    )
    number = pl.col("customer").cast(pl.String).str.zfill(8)
    operator = pl.col("who").cast(pl.String).str.zfill(4)
    address = pl.concat_str([pl.lit("10.8."), pl.col("who") // 250, pl.lit("."), pl.col("who") % 250])
    return frame.select(
        pl.col("when").dt.strftime("%Y/%m/%d %H:%M:%S"),
        pl.lit("op-") + operator,
        (pl.lit("T") + operator).alias("terminal"),
        address.alias("address"),
        (pl.lit("s") + pl.col("session").cast(pl.String)).alias("session"),
        pl.col("action").replace_strict(dict(enumerate(ACTIONS)), return_dtype=pl.String),
        (pl.lit("K") + number).alias("number"),
    )


def digest_rate(path: Path, door: KeyedDoor) -> float:
    """Lines a second, when every line is digested and nothing else is done, on one core."""
    with path.open("rb") as file:
        lines = [line for line, _ in zip((one.decode("cp932") for one in file), range(LINES), strict=False)]
    started = time.perf_counter()
    door.lines(lines)
    return len(lines) / (time.perf_counter() - started)


def take(
    path: Path, folder: Path, database: Database, door: KeyedDoor, keeper: LineKeeper | None = None
) -> ImportResult:
    """Import a file as the command does."""
    plan = plan_import(path, SYSTEM, folder, is_number=door.is_number)
    return run_import(plan, folder, database, door, SystemClock(), keeper=keeper)


def first_lines(path: Path, to: Path, lines: int) -> None:
    """A file with the first lines of another one: an overlapping export."""
    with path.open("rb") as source, to.open("wb") as target:
        for line, _ in zip(source, range(lines), strict=False):
            target.write(line)


def ask(database: Database, folder: Path, door: KeyedDoor, customers: int, days: int) -> tuple[float, str]:
    """Seconds until a leak of a thousand customers of operator 7 is explained, and by whom."""
    end = datetime.fromtimestamp(BEGIN + days * DAY_S, UTC)
    with database.read() as session:
        trails = open_trails(session, folder, zone="Asia/Tokyo", until=end)
    leak = Leak(_leaked(scan(trails.files), door, customers), np.full(LEAKED, 0.98), customers, 0)
    started = time.perf_counter()
    leak = Leak(leak.subjects, leak.confidence[: len(leak.subjects)], customers, BEGIN // DAY_S + days)
    with database.read() as session:
        trails = open_trails(session, folder, zone="Asia/Tokyo", until=end)
    found = read_touches(trails, leak, lambda _: np.empty(0, np.uint64))
    ranking = rank_holders(found.leak, found.touches, found.among)
    best = ranking.holders[0].name if ranking.holders and not ranking.none_first else "none of these"
    return time.perf_counter() - started, best


def _leaked(records: pl.LazyFrame, door: KeyedDoor, customers: int) -> NDArray[np.uint64]:
    seen = records.filter(pl.col("operator").cast(pl.String) == "op-0007").select("subject").unique().collect()
    rng = np.random.default_rng(7)
    taken = rng.choice(seen["subject"].sort().to_numpy(), min(LEAKED, len(seen)), replace=False)
    others = rng.integers(0, customers, round(len(taken) * NOISE))
    taken[: len(others)] = door.numbers([f"K{number:08d}" for number in others])
    return np.unique(taken)


def stored_bytes(folder: Path, pattern: str = "*.parquet") -> int:
    """What the records, or what stands beside them, take on disk."""
    return sum(path.stat().st_size for path in folder.rglob(pattern))


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures; 1 when a budget is not kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=500_000)
    parser.add_argument("--customers", type=int, default=200_000)
    parser.add_argument("--operators", type=int, default=200)
    parser.add_argument("--days", type=int, default=730)
    parser.add_argument("--no-lines", action="store_true", help="do not keep the lines themselves")
    parser.add_argument("--home", type=Path, help="keep everything here; what is there already is not made again")
    args = parser.parse_args(argv)
    home = args.home or Path(tempfile.mkdtemp(prefix="hinomi-trails-"))
    try:
        return _run(home, args)
    finally:
        if args.home is None:
            shutil.rmtree(home, ignore_errors=True)


def _run(home: Path, args: argparse.Namespace) -> int:
    home.mkdir(parents=True, exist_ok=True)
    log, folder = home / "access.csv", home / "trails"
    if not (home / "key").exists():
        create_key(home / "key")
    door = KeyedDoor(Digester(load_key(KeySettings(), home)), load_kinds()[NUMBER_KIND])
    database = Database(f"sqlite:///{home / 'trails.db'}")
    upgrade(database)
    kept = True
    if not folder.exists():
        if not log.exists():
            shape = (args.records, args.customers, args.operators, args.days)
            # In a process of its own, so that its memory is not counted as the import's.
            writer = multiprocessing.get_context("spawn").Process(target=write_log, args=(log, *shape))
            writer.start()
            writer.join()
        keeper = None if args.no_lines else LineKeeper(load_key(KeySettings(), home))
        kept = _import(log, folder, database, door, keeper)
        log.unlink()
    before = _processor_s()
    with database.read() as session:  # as the command does after an import
        open_explorer(session, folder, zone="Asia/Tokyo")
    print(f"{_processor_s() - before:.1f} s of processor time to make and open the lenses", flush=True)
    before = _processor_s()
    seconds, best = ask(database, folder, door, args.customers, args.days)
    print(f"root cause of {LEAKED:,} leaked customers: {seconds:.1f} s, first: {best}")
    print(f"{_processor_s() - before:.1f} s of processor time, the choice of the leaked included")
    database.close()
    return 0 if kept and seconds <= BUDGET_CAUSE_S else 1


def _processor_s() -> float:
    """Processor time of this process and its helpers that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _import(log: Path, folder: Path, database: Database, door: KeyedDoor, keeper: LineKeeper | None) -> bool:
    plain = digest_rate(log, door)
    before = _processor_s()
    done = take(log, folder, database, door, keeper)
    spent = _processor_s() - before
    rate, size = done.records / done.seconds, stored_bytes(folder) / done.new
    lines = stored_bytes(folder, "*.lines") / done.new
    print(f"{done.records:,} records of {log.stat().st_size / 1e9:.2f} GB in {done.seconds:.1f} s", flush=True)
    print(f"import: {rate:,.0f} records/s; {rate / plain:.2f} of digesting each line on one core ({plain:,.0f}/s)")
    print(f"{spent / done.records * 1e6:.1f} µs of processor time a record, helpers included", flush=True)
    print(f"peak {done.peak_mib:,} MiB; {size:.1f} bytes a record on disk, and {lines:.1f} of its line", flush=True)
    part = log.with_name("again.csv")
    first_lines(log, part, LINES)
    again = take(part, folder, database, door)
    print(f"the first {again.records:,} again: {again.new} new, in {again.seconds:.1f} s", flush=True)
    part.unlink()
    within = rate >= BUDGET_RECORDS_S and done.peak_mib <= BUDGET_MIB and size <= BUDGET_BYTES
    return within and not again.new


if __name__ == "__main__":
    raise SystemExit(main())
