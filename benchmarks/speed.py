"""Speed: clean texts, a cold paste and a dump of ours, each beside a baseline in the same run.

    ./run bench speed [--mb 4] [--customers 100000] [--small 10000] [--rows 200000] [--cache FOLDER]
                      [--beside presidio hyperscan] [--check]

The budget's own size is --customers 10000000 --rows 5960000, with --cache so that it is enrolled once.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from benchmarks.corpus.clean import TEXTS
from benchmarks.measure.beside import hyperscan_mb_s, presidio_mb_s
from benchmarks.measure.homes import make_home, open_home, write_dump
from benchmarks.measure.memory import run_watched
from core.processes.garbage import expect_many_objects

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from benchmarks.quality import EnrolledHome

MB = 1_000_000
BUDGET_MB_S, BUDGET_PROSE_MB_S, BUDGET_PASTE_S, BUDGET_MIB = 60.0, 150.0, 0.6, 2048
DUMP_ROWS, BUDGET_DUMP_S = 5_960_000, 75.0
SAME_AT_ANY_SIZE = 0.7
PASTE_ROWS, TRIES = 100, 3
FOUND_A_LEAK = 10
PEERS = {"presidio": (presidio_mb_s, MB // 2), "hyperscan": (hyperscan_mb_s, 64 * MB)}
"""What measures each, and how many bytes of a text it is given: presidio takes seconds for half a megabyte."""
_BASELINE = re.compile(r"0\d{1,3}-\d{2,4}-\d{4}|[\w.+-]+@[\w-]+\.[\w.-]+")


def best(work: Callable[[], object], tries: int = TRIES) -> float:
    """Seconds of the quickest of a few calls."""
    return min(seconds_of(work, time.perf_counter) for _ in range(tries))


def best_on_core(work: Callable[[], object]) -> float:
    """Seconds of the processor for the quickest of a few calls: what else runs on the machine counts less."""
    return min(seconds_of(work, time.process_time) for _ in range(TRIES))


def seconds_of(work: Callable[[], object], clock: Callable[[], float]) -> float:
    """Seconds of one call."""
    started = clock()
    work()
    return clock() - started


def scan_clean(
    small: EnrolledHome, large: EnrolledHome, size: int, beside: Collection[str], work: Path
) -> tuple[float, float]:
    """The least share of its budget that a text keeps, and the worst ratio of the large population to the small one."""
    print(
        f"{'clean text, one core':20} {'MB/s':>6} {'few':>6} {'ratio':>6} "
        f"{'re':>6} {'ratio':>6} {'polars':>6} {'ratio':>6}"
    )
    shares, ratios = [], []
    for name, write in TEXTS.items():
        content = write(random.Random(1), size)
        mb = len(content) / MB
        if large.match(content).verdict != "clear":
            print(f"{name}: not clear")
        many, few = (mb / best_on_core(partial(who.match, content)) for who in (large, small))
        plain = mb / best_on_core(partial(search_plainly, content))
        rust = mb / best_on_core(partial(search_with_polars, content))
        line = f"{name:20} {many:6.1f} {few:6.1f} {many / few:6.2f} {plain:6.1f} {many / plain:6.2f}"
        line += f" {rust:6.1f} {many / rust:6.2f}"
        for peer in beside:
            measured, most = PEERS[peer]
            file = work / "clean.txt"
            file.write_bytes(content[:most])
            theirs = measured(file)
            line += f"   {peer} {theirs:.2f} MB/s, ours is {many / theirs:.2g} times that"
        print(line)
        shares.append(many / (BUDGET_PROSE_MB_S if "prose" in name else BUDGET_MB_S))
        ratios.append(many / few)
    return min(shares), min(ratios)


def search_plainly(content: bytes) -> None:
    """The baseline of a text: a plain search for phones and mail addresses."""
    _BASELINE.findall(content.decode())


def search_with_polars(content: bytes) -> None:
    """The same search by the Rust engine of polars, line by line."""
    pl.Series(content.decode().split("\n")).str.extract_all(_BASELINE.pattern)


def scan_paste(folder: Path, work: Path) -> float:
    """Seconds from starting the command to its verdict over 100 rows."""
    paste = work / "paste.csv"
    write_dump(folder, paste, PASTE_ROWS)
    command = [sys.executable, "-m", "cli", "--home", str(folder / "home"), "scan", str(paste), "--json"]
    cold = best(lambda: subprocess.run(command, check=False, capture_output=True))  # noqa: S603  # our own command
    bare = best(lambda: subprocess.run([sys.executable, "-c", "import numpy"], check=True))
    print(f"paste      {PASTE_ROWS} rows, new process to verdict: {cold:.2f} s (budget {BUDGET_PASTE_S:.1f} s)")
    print(f"           {cold / bare:.1f} times a process that only imports NumPy ({bare:.2f} s)")
    return cold


def scan_dump(folder: Path, work: Path, rows: int) -> tuple[float, float]:
    """Rows a second and MiB of the real command over a dump in which every row is ours."""
    dump = work / "dump.csv"
    write_dump(folder, dump, rows)
    plain = rows / best(partial(read_plainly, dump), 1)
    command = [sys.executable, "-m", "cli", "--home", str(folder / "home"), "scan", str(dump), "--json"]
    run = run_watched(command, work / "scan.json")
    found = json.loads(run.stdout)
    if run.code != FOUND_A_LEAK or found["share"] < 1:
        print(f"dump       found {found['subjects']} of {found['people']}, exit code {run.code}")
    rate = rows / run.seconds
    print(
        f"dump       {rows} rows of ours, {dump.stat().st_size / MB:.0f} MB, in {run.seconds:.1f} s: {rate:.0f} rows/s"
    )
    print(
        f"           {rows / run.cpu_s:.0f} rows/s of processor time; {run.cpu_s / run.seconds:.1f} cores busy; "
        f"{rate / plain:.2f} of only reading it as CSV, one core"
    )
    took = DUMP_ROWS / rate
    print(f"           at this rate {DUMP_ROWS:,} rows take {took:.1f} s (budget {BUDGET_DUMP_S:.0f} s on 2 cores)")
    print(
        f"           memory {run.own_mib:.0f} MiB of its own at most, {run.mapped_mib:.0f} MiB with the mapped index's "
        f"pages (proportional sets, all processes; budget {BUDGET_MIB} MiB)"
    )
    return rate, run.own_mib


def read_plainly(path: Path) -> None:
    """The baseline of a dump: its rows as Python's csv module reads them."""
    with path.open(encoding="cp932", newline="") as file:
        for _row in csv.reader(file):
            pass


def main(argv: Sequence[str]) -> int:
    """Print the figures; with ``--check``, fail below the budgets."""
    parser = argparse.ArgumentParser(prog="speed", description=__doc__)
    parser.add_argument("--mb", type=float, default=4)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--small", type=int, default=10_000)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--beside", nargs="*", default=(), choices=PEERS, help="install these and run them beside us")
    parser.add_argument("--only", choices=("clean", "paste", "dump"))
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args(argv)
    expect_many_objects()  # as the command does
    with tempfile.TemporaryDirectory() as scratch:
        met = run(options, Path(scratch))
    print("every budget is met" if met else "a budget is missed")
    return int(options.check and not met)


def run(options: argparse.Namespace, work: Path) -> bool:
    """All measurements that were asked for; whether each kept its budget."""
    cache: Path = options.cache or work
    large = make_home(cache, options.customers)
    met = []
    if options.only in {None, "clean"}:
        small = make_home(cache, options.small)
        size = int(options.mb * MB)
        least, same = scan_clean(open_home(small), open_home(large), size, options.beside, work)
        met += [least >= 1, same >= SAME_AT_ANY_SIZE]
    if options.only in {None, "paste"}:
        met.append(scan_paste(large, work) <= BUDGET_PASTE_S)
    if options.only in {None, "dump"}:
        rate, mib = scan_dump(large, work, options.rows)
        met += [DUMP_ROWS / rate <= BUDGET_DUMP_S, mib <= BUDGET_MIB]
    return all(met)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
