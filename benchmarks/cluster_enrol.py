"""Enrolment by the workers of a scheduler beside one machine alone: whose processor time it takes, and equal indexes.

How quick it is depends on how many cores the workers have; what counts here is how much is left for whoever asks, since
that bounds how many workers one list keeps busy. Enrolment by workers comes first: it pays for what is imported once.

Run: ./run bench cluster_enrol [--rows 150000] [--workers 2]
"""

from __future__ import annotations

import argparse
import resource
import shutil
import tempfile
import time
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

import psutil

from benchmarks.enrol import hinomi, write_customers
from cluster.choice import far_readers
from cluster.units import CUSTOMERS
from core.settings import load_settings
from custody.enrolment.columns import understand
from custody.enrolment.enroller import Enroller, Lending
from fingerprints.index.generation import Index
from fingerprints.secrets.keys import load_key
from home import Home
from tests.cluster.processes import HOME_FILES, Processes
from tests.fingerprints.lifted import lifted

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Mapping, Sequence

DAY: Final = date(2026, 4, 1)
T = TypeVar("T")


def processor_s(child: subprocess.Popen[bytes]) -> float:
    """What a running process and all below it have taken, those that ended included."""
    top = psutil.Process(child.pid)
    times = [one.cpu_times() for one in (top, *top.children(recursive=True))]
    return float(sum(time.user + time.system + time.children_user + time.children_system for time in times))


def index_of(home: Path) -> Mapping[str, bytes]:
    """What somebody with the key could read in the index."""
    settings = load_settings(home)
    key = load_key(settings.key, home)
    return lifted(Index.open(settings.index_dir, key).folder, key)


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds of processor of whoever asks: until all rows were read, and from then on; and of its helpers."""

    reading: float
    writing: float
    helpers: float


def enrol(folder: Path, file: Path, far: str = "") -> Took:
    """Enrol in this process, with helpers of its own or by the workers of a scheduler at an address."""
    home = Home.of(load_settings(folder, cluster={"scheduler": far}))
    read_until = began = time.process_time()
    helped = helpers_s()

    def note(stage: str, _share: float) -> None:
        nonlocal read_until
        read_until = time.process_time() if stage == "read" else read_until

    enroller = Enroller(home.settings, home.key, home.database, home.clock, far_readers(home, CUSTOMERS))
    enroller.enrol(file, understand(file), Lending("bench", DAY), progress=note)
    ended = time.process_time()
    home.database.close()
    return Took(read_until - began, ended - read_until, helpers_s() - helped)


def helpers_s() -> float:
    """What the children of this process took that have ended."""
    told = resource.getrusage(resource.RUSAGE_CHILDREN)
    return told.ru_utime + told.ru_stime


def with_workers(folder: Path, home: Path, workers: int, work: Callable[[str], T]) -> tuple[T, float, float]:
    """What something gives that asks workers, told where; and what scheduler and workers took, their start apart."""
    processes = Processes(folder)
    try:
        scheduler, hired = processes.scheduler(), []
        for number in range(workers):
            (place := folder / f"w{number}").mkdir(mode=0o700)
            for name in HOME_FILES:
                shutil.copy2(home / name, place)
            hired.append(processes.worker(place, HINOMI_INDEX__FOLDER=str(home / "index")))
        before = [processor_s(one) for one in (scheduler, *hired)]
        given = work(processes.address)
        since = [processor_s(one) - ago for one, ago in zip((scheduler, *hired), before, strict=True)]
    finally:
        processes.close()
    return given, since[0], sum(since[1:])


def main(arguments: Sequence[str]) -> int:
    """Measure and tell; 1 when the indexes are not the same."""
    parser = argparse.ArgumentParser(prog="bench cluster_enrol")
    parser.add_argument("--rows", type=int, default=150_000)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_customers(folder / "customers.csv", given.rows)
        hinomi(folder / "home", "init")
        shutil.copytree(folder / "home", folder / "alone")
        far, scheduler, workers = with_workers(
            folder, folder / "home", given.workers, partial(enrol, folder / "home", folder / "customers.csv")
        )
        alone = enrol(folder / "alone", folder / "customers.csv")
        is_same = index_of(folder / "home") == index_of(folder / "alone")
        size = (folder / "customers.csv").stat().st_size / 1e6
    print(f"{given.rows} rows, {size:.0f} MB; indexes equal: {is_same}; seconds of processor:")
    print(f"  alone: {alone.reading:.1f} reading beside {alone.helpers:.1f} of helpers, {alone.writing:.1f} writing")
    print(
        f"  asking {given.workers} workers: {far.reading:.1f} reading beside {workers:.1f} of workers and "
        f"{scheduler:.1f} of the scheduler, {far.writing:.1f} writing"
    )
    print(f"  while it is read, one list keeps {workers / far.reading:.1f} workers busy")
    return int(not is_same)
