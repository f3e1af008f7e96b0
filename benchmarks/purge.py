"""A dump of N rows, one in a hundred of ours, judged and purged: seconds and memory, and a look into the archive.

Judging it is the baseline of the same run: purging judges the dump once more, and twice what is left of it.
Run: ./run bench purge [N]
"""

from __future__ import annotations

import gzip
import itertools
import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks import enrol
from benchmarks.measure.homes import write_dump
from benchmarks.measure.memory import run_watched
from core.settings import load_settings
from home import Home

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.measure.memory import MeasuredRun

USUAL: Final = 60_000
ONE_IN: Final = 100
MIB: Final = 1 << 20


def _fill(home: Path, rows: int) -> list[str]:
    """A home of the first hundredth of the people in a dump that holds all; some values of the others."""
    folder = home.parent
    everybody, ours, dump = folder / "customers.csv", folder / "ours.csv", folder / "dump.csv"
    enrol.write_customers(everybody, rows)
    with everybody.open("rb") as file, ours.open("wb") as out:
        out.writelines(itertools.islice(file, 1 + rows // ONE_IN))
    enrol.hinomi(home, "init")
    enrol.enrol(home, ours, "2026-04-01")
    write_dump(folder, dump, rows)
    opened = Home.of(load_settings(home))
    opened.archive.hand_in(dump, "dump.csv")
    opened.database.close()
    with dump.open(encoding="cp932") as lines:
        values = [line.split(",")[1] for line in itertools.islice(lines, rows // ONE_IN + 1, None, rows // 20)]
    for file_name in (everybody, ours, dump):
        file_name.unlink()
    return values


def _run(home: Path, *arguments: str) -> MeasuredRun:
    run = run_watched([sys.executable, "-m", "cli", "--home", str(home), *arguments], home.parent / "said")
    if run.code:
        raise SystemExit(f"{arguments} exited with {run.code}")
    return run


def _pieces(path: Path) -> Iterator[bytes]:
    with gzip.open(path) as file:
        while piece := file.read(MIB):
            yield piece


def main(arguments: list[str]) -> int:
    """Print the figures; 1 if a stranger is left."""
    rows = int(arguments[0]) if arguments else USUAL
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch) / "home"
        values = [value.encode() for value in _fill(home, rows)]
        judged = _run(home, "match", "--json")
        print(f"judged {rows:,} rows: {judged.seconds:.1f} s, {judged.own_mib:.0f} MiB")
        _run(home, "incident", "1", "act", "dismiss", "--reason", "a benchmark")
        purged = _run(home, "archive", "purge", "1", "--reason", "strangers", "--json")
        print(f"purged: {purged.seconds:.1f} s, {purged.own_mib:.0f} MiB; {purged.stdout.strip()}")
        done = json.loads(purged.stdout)
        files = [path for path in (home / "archive").rglob("*.gz") if path.is_file()]
        left = sum(value in piece for path in files for piece in _pieces(path) for value in values)
        print(f"of {len(values)} values of strangers, {left} are still in the archive")
    return int(bool(left) or not done["ours"])
