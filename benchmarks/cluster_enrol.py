"""Enrolment by the workers of a scheduler beside one machine alone: whose processor time it takes, and equal indexes.

How quick it is depends on how many cores the workers have; what counts here is how much is left for whoever asks, since
that bounds how many workers one list keeps busy.

Run: ./run bench cluster_enrol [--rows 150000] [--workers 2]
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psutil

from benchmarks.enrol import enrol, hinomi, write_customers
from core.settings import load_settings
from fingerprints.index.generation import Index
from fingerprints.secrets.keys import load_key
from tests.cluster.processes import HOME_FILES, Processes
from tests.fingerprints.lifted import lifted

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping, Sequence

DAY: Final = "2026-04-01"
SCHEDULER: Final = "HINOMI_CLUSTER__SCHEDULER"


def processor_s(child: subprocess.Popen[bytes]) -> float:
    """What a running process and all below it have taken, those that ended included."""
    top = psutil.Process(child.pid)
    times = [one.cpu_times() for one in (top, *top.children(recursive=True))]
    return sum(time.user + time.system + time.children_user + time.children_system for time in times)


def index_of(home: Path) -> Mapping[str, bytes]:
    """What somebody with the key could read in the index."""
    settings = load_settings(home)
    key = load_key(settings.key, home)
    return lifted(Index.open(settings.index_dir, key).folder, key)


def by_workers(folder: Path, home: Path, file: Path, workers: int) -> dict[str, float]:
    """Enrol; the seconds of processor of each side, those of its start apart."""
    processes = Processes(folder)
    try:
        scheduler, hired = processes.scheduler(), []
        for number in range(workers):
            (place := folder / f"w{number}").mkdir(mode=0o700)
            for name in HOME_FILES:
                shutil.copy2(home / name, place)
            hired.append(processes.worker(place, HINOMI_INDEX__FOLDER=str(home / "index")))
        before = [processor_s(one) for one in (scheduler, *hired)]
        os.environ[SCHEDULER] = processes.address
        said = enrol(home, file, DAY)
        took = [processor_s(one) - ago for one, ago in zip((scheduler, *hired), before, strict=True)]
    finally:
        os.environ.pop(SCHEDULER, None)
        processes.close()
    return {"asking": said["cpu"], "scheduler": took[0], "workers": sum(took[1:]), "seconds": said["seconds"]}


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
        alone = enrol(folder / "alone", folder / "customers.csv", DAY)
        far = by_workers(folder, folder / "home", folder / "customers.csv", given.workers)
        is_same = index_of(folder / "home") == index_of(folder / "alone")
        size = (folder / "customers.csv").stat().st_size / 1e6
    print(f"{given.rows} rows, {size:.0f} MB; indexes equal: {is_same}; load {os.getloadavg()[0]:.1f}")
    print(f"  alone: {alone['cpu']:.1f} s of processor, {alone['seconds']:.1f} s")
    sides = ", ".join(f"{far[side]:.1f} s {side}" for side in ("asking", "workers", "scheduler"))
    print(f"  by {given.workers} workers: {sides}; {far['seconds']:.1f} s")
    print(f"  one list keeps {far['workers'] / far['asking']:.1f} workers busy")
    return int(not is_same)
