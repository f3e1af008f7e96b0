"""A log that workers read becomes the records that one machine makes of it, whoever dies or is set up otherwise."""

from __future__ import annotations

import json
import re
import shutil
import signal
import time
from typing import TYPE_CHECKING, Any, Final

import polars as pl
import pytest

from cluster.engine import SUSPECT_DEATHS
from cluster.flights import LONE_DEATHS
from core.settings import load_settings
from fingerprints.identifiers import load_kinds
from fingerprints.identifiers.customer_number import NUMBER_KIND
from fingerprints.secrets.digests import Digester
from fingerprints.secrets.keys import create_key
from home import Home
from tests.cluster import fragile_worker
from tests.cluster.processes import HOME_FILES, START_S, Processes, copied_home
from trails.number_digests import KeyedDoor
from trails.store.kept_lines import read_line

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
MODULE: Final = "tests.cluster.files.small_parts"
LINES: Final = 900
SPECIAL: Final = 600
"""Which line is that of a certain word; several parts come before it and after it."""
OUTSIDE: Final = 3
"""What a command exits with where something outside failed."""
HEADER: Final = "日時,作業者ID,端末,操作,連番,お客様番号\n"
ALONE: Final = {"HINOMI_CLUSTER__SCHEDULER": ""}


@pytest.fixture
def home(tmp_path: Path, enrolled_home: Path) -> Path:
    """A home with a key, an index of eight people, and a database."""
    return shutil.copytree(enrolled_home, tmp_path / "home")


def write_log(path: Path, word: str = "照会", encoding: str = "utf-8") -> Path:
    """A log of three months that is several parts long: unusable lines, lost numbers, several customers in a line."""
    lines = [
        f"2026/{4 + i * 3 // LINES:02d}/{1 + i % 28:02d} 10:{i // 60:02d}:{i % 60:02d},op-{i % 7},T{i % 5},"
        f"{word if i == SPECIAL else '照会'},{i + i // 300},K{i % 9:06d}{' K000008' if i % 50 == 3 else ''}"
        for i in range(LINES)
    ]
    lines[30] = lines[30].replace("2026/", "いつか/")
    lines[31] = "架空"
    path.write_text(HEADER + "\n".join(lines) + "\n", encoding)
    return path


def take(processes: Processes, home: Path, file: Path, **variables: str) -> subprocess.Popen[bytes]:
    arguments = ("import", str(file), "--system", "callcenter", "--map", "sequence=連番", "--json")
    variables = {"HINOMI_TRAILS__KEEP_LINES": "true", **variables}
    return processes.command(home, "trails", *arguments, module=MODULE, **variables)


def told(processes: Processes, run: subprocess.Popen[bytes]) -> dict[str, Any]:
    assert run.wait(START_S) == 0, processes.log("trails")
    said = json.loads(processes.said("trails"))
    return {name: said[name] for name in ("records", "new", "dropped", "gaps", "undated", "limits", "import")}


def records_of(home: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of each file of records; which holder's come first in it is as helpers or workers were quick."""
    records = load_settings(home).trails_dir / "records"
    return {
        str(path.relative_to(records)): pl.read_parquet(path).cast({pl.Categorical: pl.String}).sort(pl.all()).rows()
        for path in records.rglob("*.parquet")
    }


def lines_of(home: Path) -> list[str]:
    """The lines that are kept, found by the digests of their records."""
    key = Home.of(load_settings(home)).load_key()
    door = KeyedDoor(Digester(key), load_kinds()[NUMBER_KIND])
    parts = (load_settings(home).trails_dir / "records").rglob("*.parquet")
    found = [
        read_line(part, digest, key=key, door=door)
        for part in parts
        for digest in pl.read_parquet(part)["line"].unique().to_list()
    ]
    assert all(found)
    return sorted(map(str, found))


@pytest.mark.parametrize("workers", [1, 2])
def test_any_number_of_workers_makes_the_records_of_one_machine(
    processes: Processes, home: Path, tmp_path: Path, workers: int
) -> None:
    alone = shutil.copytree(home, tmp_path / "alone")
    file = write_log(tmp_path / "access.csv", encoding="cp932")
    expected = told(processes, take(processes, alone, file, **ALONE))
    assert (expected["records"], expected["new"], len(expected["dropped"])) == (LINES - 2, LINES - 2, 2)
    assert expected["gaps"]
    processes.scheduler()
    for number in range(workers):  # of the index they need nothing
        (place := tmp_path / f"w{number}").mkdir(mode=0o700)
        for name in HOME_FILES:
            shutil.copy2(home / name, place)
        processes.worker(place)
    assert told(processes, take(processes, home, file)) == expected
    assert records_of(home) == records_of(alone) != {}
    assert lines_of(home) == sorted(
        line for n, line in enumerate(file.read_text("cp932").splitlines()[1:]) if n not in {30, 31}
    )
    again = told(processes, take(processes, home, file))
    assert (again["records"], again["new"]) == (LINES - 2, 0)
    assert records_of(home) == records_of(alone)


def test_a_worker_that_is_killed_half_way_changes_nothing(processes: Processes, home: Path, tmp_path: Path) -> None:
    alone = shutil.copytree(home, tmp_path / "alone")
    file = write_log(tmp_path / "access.csv", fragile_worker.WORD)
    expected = told(processes, take(processes, alone, file, **ALONE))
    processes.scheduler()
    place = copied_home(home, tmp_path / "w")
    killed = processes.worker(place, "tests.cluster.fragile_worker")
    run = take(processes, home, file)
    assert killed.wait(START_S) == -signal.SIGKILL
    assert run.poll() is None, "it ended before the part that kills was reached"
    processes.worker(place)
    assert told(processes, run) == expected
    assert records_of(home) == records_of(alone) != {}


def test_a_part_that_kills_every_worker_ends_the_import_and_nothing_of_it_counts(
    processes: Processes, home: Path, tmp_path: Path
) -> None:
    file = write_log(tmp_path / "access.csv", fragile_worker.WORD)
    processes.scheduler()
    place = copied_home(home, tmp_path / "w")
    run = take(processes, home, file, HINOMI_CLUSTER__WAIT_S="200")
    deaths, worker = -1, None
    while run.poll() is None:
        if worker is None or worker.poll() is not None:
            deaths += 1
            worker = processes.worker(place, "tests.cluster.fragile_worker")
        time.sleep(0.05)
    assert run.returncode == OUTSIDE
    log = processes.log("trails")
    assert re.search(r"access\.csv, line \d+ and what follows it: no worker", log), log
    assert deaths <= 2 * (SUSPECT_DEATHS + LONE_DEATHS)
    assert records_of(home) == {}
    assert told(processes, take(processes, home, file, **ALONE))["new"] == LINES - 2


@pytest.mark.parametrize(("trouble", "words"), [("key", "has the key"), ("version", "another version")])
def test_a_worker_that_is_set_up_otherwise_refuses_and_another_does_it(
    processes: Processes, home: Path, tmp_path: Path, trouble: str, words: str
) -> None:
    processes.scheduler()
    file = write_log(tmp_path / "access.csv")
    other = copied_home(home, tmp_path / "w0")
    if trouble == "key":
        (other / "key").unlink()
        create_key(other / "key")
    processes.worker(other, "tests.cluster.other_worker" if trouble == "version" else "cli")
    run = take(processes, home, file)
    assert run.wait(START_S) == OUTSIDE
    assert words in processes.log("trails"), processes.log("trails")
    assert records_of(home) == {}
    processes.worker(copied_home(home, tmp_path / "w1"))
    assert told(processes, take(processes, home, file))["new"] == LINES - 2


def test_a_small_log_asks_nobody(processes: Processes, home: Path, tmp_path: Path) -> None:
    file = write_log(tmp_path / "access.csv")
    run = processes.command(home, "trails", "import", str(file), "--system", "callcenter", "--json")
    assert told(processes, run)["new"] == LINES - 2  # there is no scheduler at that address
