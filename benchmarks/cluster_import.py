"""Access logs imported by the workers of a scheduler beside one machine alone: whose processor time, and equal records.

As in `benchmarks.cluster_enrol`, what counts is how much is left for whoever asks. The import by workers comes first:
it pays for what is imported once.

Run: ./run bench cluster_import [--records 2000000] [--workers 2] [--keep-lines]
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from benchmarks.cluster_enrol import helpers_s, with_workers
from benchmarks.enrol import hinomi
from benchmarks.trails import SYSTEM, write_log
from cluster.choice import far_readers
from cluster.units import ACCESS_LOG
from core.settings import load_settings
from fingerprints.identifiers import load_kinds
from fingerprints.identifiers.customer_number import NUMBER_KIND
from home import Home
from trails.imports import plan_import, run_import
from trails.number_digests import KeyedDoor
from trails.store.kept_lines import LineKeeper

if TYPE_CHECKING:
    from collections.abc import Sequence

CUSTOMERS, OPERATORS, DAYS = 200_000, 300, 365
ALONE: Final = ""


@dataclass(frozen=True, slots=True)
class LogTaken:
    """An import: seconds of processor of whoever asks, and of its helpers; and how many records were new."""

    asking: float
    helpers: float
    new: int


def take(folder: Path, file: Path, far: str, *, keeps_lines: bool) -> LogTaken:
    """Import in this process, with helpers of its own or by the workers of a scheduler at an address."""
    home = Home.of(load_settings(folder, cluster={"scheduler": far}))
    door = KeyedDoor(home.digester, load_kinds()[NUMBER_KIND])
    keeper = LineKeeper(home.key) if keeps_lines else None
    plan = plan_import(file, SYSTEM, home.settings.trails_dir, is_number=door.is_number)
    began, helped = time.process_time(), helpers_s()
    done = run_import(
        plan, home.settings.trails_dir, home.database, door, home.clock, keeper=keeper,
        far=far_readers(home, ACCESS_LOG),
    )  # fmt: skip
    took = LogTaken(time.process_time() - began, helpers_s() - helped, done.new)
    home.database.close()
    return took


def stored(folder: Path) -> dict[str, pl.DataFrame]:
    """The rows of each file of records; which holder's come first in it is as helpers or workers were quick."""
    records = load_settings(folder).trails_dir / "records"
    return {
        str(path.relative_to(records)): pl.read_parquet(path).cast({pl.Categorical: pl.String}).sort(pl.all())
        for path in sorted(records.rglob("*.parquet"))
    }


def same(one: dict[str, pl.DataFrame], other: dict[str, pl.DataFrame]) -> bool:
    """Whether the same rows stand in the same files."""
    return one.keys() == other.keys() and all(one[name].equals(other[name]) for name in one)


def main(arguments: Sequence[str]) -> int:
    """Measure and tell; 1 when the records are not the same."""
    parser = argparse.ArgumentParser(prog="bench cluster_import")
    parser.add_argument("--records", type=int, default=2_000_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep-lines", action="store_true")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        file = folder / "access.csv"
        write_log(file, given.records, CUSTOMERS, OPERATORS, DAYS)
        hinomi(folder / "home", "init")
        shutil.copytree(folder / "home", folder / "alone")
        far, scheduler, workers = with_workers(
            folder, folder / "home", given.workers,
            partial(take, folder / "home", file, keeps_lines=given.keep_lines),
        )  # fmt: skip
        alone = take(folder / "alone", file, ALONE, keeps_lines=given.keep_lines)
        is_same = same(stored(folder / "home"), stored(folder / "alone"))
        size = file.stat().st_size / 1e6
    print(f"{far.new} records, {size:.0f} MB; records equal: {is_same}; seconds of processor:")
    print(f"  alone: {alone.asking:.1f} beside {alone.helpers:.1f} of helpers")
    print(
        f"  asking {given.workers} workers: {far.asking:.1f} beside {workers:.1f} of workers and "
        f"{scheduler:.1f} of the scheduler"
    )
    print(f"  one log keeps {workers / far.asking:.1f} workers busy")
    return int(not is_same)
