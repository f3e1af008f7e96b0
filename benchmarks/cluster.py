"""Two workers beside one, and one machine alone: the same folder, each worker held to a core of its own.

What counts is the ratio: two workers have to be at least 1.7 times as quick as one, measured in the same run. On a
machine where others work as well the cores are shared, so that the load is told beside it. Beside it stands one worker
with scheduler and asking command on its own core, which those two otherwise have a second core for. A unit costs the
three of them 12 ms beside its document, so that small files show a smaller ratio.

Run: ./run bench cluster [--files 80] [--mb 32] [--customers 2000] [--turns 1]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.corpus.clean import TEXTS
from benchmarks.measure.homes import make_home, write_dump
from tests.cluster.processes import Processes, copied_home

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Collection, Iterator, Sequence

BUDGET: Final = 1.7
MB: Final = 1_000_000
ROWS: Final = 300
LEAKS: Final = 10
"""Every so many files one is a leak."""
FOUND_A_LEAK: Final = 10
SEED: Final = 20261128
HERE, TWO = "this machine alone", "two workers, two cores"
ALL_ON_ONE, ONE = "one worker, one core", "one worker, a core for the others"


def fill(folder: Path, home: Path, files: int, size: int) -> None:
    """A collection: clean texts of every kind, and leaks among them."""
    folder.mkdir()
    rng, kinds = random.Random(SEED), list(TEXTS.values())
    for number in range(files):
        if number % LEAKS == 0:
            write_dump(home.parent, folder / f"{number:04}.csv", ROWS)
            with (folder / f"{number:04}.csv").open("ab") as file:
                file.write(f"{number}\n".encode())
        else:
            (folder / f"{number:04}.txt").write_bytes(kinds[number % len(kinds)](rng, size))


def seconds_of(processes: Processes, home: Path, dump: Path, **variables: str) -> tuple[float, bytes]:
    """How long a scan takes, by the clock, and what it says; nothing is on the ledger before."""
    shutil.rmtree(home / "cluster", ignore_errors=True)
    began = time.perf_counter()
    scan = processes.scan(home, dump, **variables)
    code = scan.wait()
    seconds = time.perf_counter() - began
    if code != FOUND_A_LEAK:
        sys.exit(f"the scan exited with {code}: {processes.log('scan')}")
    return seconds, processes.said()


def pin(process: subprocess.Popen[bytes], cores: Collection[int]) -> None:
    """Hold a process, and the children that it will have, to some cores."""
    for thread in Path(f"/proc/{process.pid}/task").iterdir():
        os.sched_setaffinity(int(thread.name), cores)


@contextmanager
def all_on(scheduler: subprocess.Popen[bytes], core: int) -> Iterator[None]:
    """The scheduler, and what this process starts meanwhile, on one core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    pin(scheduler, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
        pin(scheduler, before)


def main(arguments: Sequence[str]) -> int:
    """Measure, tell, and say whether the budget was kept."""
    parser = argparse.ArgumentParser(prog="bench cluster")
    parser.add_argument("--files", type=int, default=80)
    parser.add_argument("--mb", type=float, default=32)
    parser.add_argument("--customers", type=int, default=2000)
    parser.add_argument("--turns", type=int, default=1)
    given = parser.parse_args(arguments)
    cores = sorted(os.sched_getaffinity(0))[:2]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        home = make_home(folder, given.customers) / "home"
        dump = folder / "dump"
        fill(dump, home, given.files, int(given.mb * MB))
        size = sum(file.stat().st_size for file in dump.iterdir()) / MB
        took: dict[str, list[float]] = {what: [] for what in (HERE, ALL_ON_ONE, ONE, TWO)}
        for _ in range(given.turns):
            said = _turn(folder, home, dump, cores, took)
    best = {what: statistics.median(seconds) for what, seconds in took.items()}
    ratio = best[ONE] / best[TWO]
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    print(f"{given.files} files, {size:.0f} MB, answers equal: {said}, {load}")
    for what, seconds in best.items():
        print(f"  {what:<34} {seconds:6.1f} s, {size / seconds:6.1f} MB/s")
    print(f"  two workers are {ratio:.2f} times as quick as one (budget {BUDGET}),")
    print(f"  and {best[ALL_ON_ONE] / best[TWO]:.2f} times as quick as one with all else on its core")
    return int(not said or (len(cores) > 1 and ratio < BUDGET))


def _turn(folder: Path, home: Path, dump: Path, cores: list[int], took: dict[str, list[float]]) -> bool:
    """One measurement of each, on fresh processes; whether all said the same."""
    processes = Processes(folder)
    inputs = {"HINOMI_CLUSTER__INPUTS": json.dumps([str(dump)])}
    answers = []
    try:
        scheduler = processes.scheduler()
        seconds, said = seconds_of(processes, home, dump, HINOMI_CLUSTER__SCHEDULER="")
        took[HERE].append(seconds)
        answers.append(said)
        for number, (core, what) in enumerate(zip(cores, (ONE, TWO), strict=False), 1):
            place = folder / f"w{number}"
            shutil.rmtree(place, ignore_errors=True)
            pin(processes.worker(copied_home(home, place), **inputs), {core})
            seconds_of(processes, home, dump, **inputs)  # warm: each worker has its child by then
            seconds, said = seconds_of(processes, home, dump, **inputs)
            took[what].append(seconds)
            answers.append(said)
            if what == ONE:
                with all_on(scheduler, core):
                    seconds, said = seconds_of(processes, home, dump, **inputs)
                took[ALL_ON_ONE].append(seconds)
                answers.append(said)
    finally:
        processes.close()
    return all(answer == answers[0] for answer in answers)
