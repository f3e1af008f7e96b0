"""A list that workers read becomes the index that one machine makes of it, whoever dies or is set up otherwise."""

from __future__ import annotations

import csv
import json
import re
import shutil
import signal
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import psutil
import pytest

from cluster.engine import SUSPECT_DEATHS
from cluster.flights import LONE_DEATHS
from core.settings import load_settings
from fingerprints.index.generation import Index
from fingerprints.secrets.keys import create_key, load_key
from tests.cluster import fragile_worker
from tests.cluster.processes import HOME_FILES, START_S, Processes, copied_home
from tests.custody.test_enrolment import HEADERS
from tests.fingerprints.lifted import lifted
from tests.fingerprints.people import customers

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
MODULE: Final = "tests.cluster.files.small_parts"
PEOPLE: Final = 850
CHANGED: Final = 420
OUTSIDE: Final = 3
"""What a command exits with where something outside failed."""
TOLD: Final = ("rows", "subjects", "fingerprints", "rejected", "rejected_count", "unread", "unchanged", "changed")
"""What `enroll --json` says that is no matter of time or place."""


@pytest.fixture
def home(tmp_path: Path, enrolled_home: Path) -> Path:
    """A home with a key, an index of eight people, and a database."""
    return shutil.copytree(enrolled_home, tmp_path / "home")


def write_list(path: Path, remark: str = "") -> Path:
    """A list of customers that is several parts long, some of them unusable, one in two lines, one with a remark."""
    columns = customers(range(PEOPLE))
    for kind in columns:
        columns[kind][30] = ""
    columns["customer_number"][30], columns["name"][30] = "???", "架空 余白"
    columns["phone"][31] = "不明"
    columns["address"][250] = '東京都千代田区\n千代田251-2-3 "別館"'
    remarks = [""] * PEOPLE
    remarks[CHANGED] = remark
    with path.open("w", encoding="cp932", newline="") as file:
        out = csv.writer(file)
        out.writerow([*(HEADERS[kind] for kind in columns), "備考"])
        out.writerows(zip(*columns.values(), remarks, strict=True))
    return path


def write_later(path: Path, first: Path) -> Path:
    """The same list a month later: one has moved."""
    text = first.read_text("cp932")
    assert f"千代田{CHANGED + 1}-2-3" in text
    path.write_text(text.replace(f"千代田{CHANGED + 1}-2-3", "千代田9999-2-3"), "cp932", newline="")
    return path


def enrol(processes: Processes, home: Path, file: Path, day: str, **variables: str) -> subprocess.Popen[bytes]:
    arguments = (str(file), "--extract", "calls", "--as-of", day, "--json")
    return processes.command(home, "enroll", *arguments, module=MODULE, **variables)


def told(processes: Processes, run: subprocess.Popen[bytes]) -> dict[str, Any]:
    assert run.wait(START_S) == 0, processes.log("enroll")
    said = json.loads(processes.said("enroll"))
    return {name: said[name] for name in TOLD}


def index_of(home: Path) -> dict[str, bytes]:
    settings = load_settings(home)
    key = load_key(settings.key, home)
    return lifted(Index.open(settings.index_dir, key, check=True).folder, key)


@pytest.mark.parametrize("workers", [1, 2])
def test_any_number_of_workers_makes_the_index_of_one_machine(
    processes: Processes, home: Path, tmp_path: Path, workers: int
) -> None:
    shutil.rmtree(home / "index")  # the first list finds none
    alone = shutil.copytree(home, tmp_path / "alone")
    april = write_list(tmp_path / "april.csv")
    lists = [(april, "2026-04-02"), (write_later(tmp_path / "may.csv", april), "2026-05-01")]
    first, later = (
        told(processes, enrol(processes, alone, file, day, HINOMI_CLUSTER__SCHEDULER="")) for file, day in lists
    )
    assert (first["rejected_count"], first["unread"]["phone"], later["changed"]) == (1, 1, 1)
    assert later["unchanged"] > 0.9 * PEOPLE
    processes.scheduler()
    for number in range(workers):  # one index for all, as in a shared folder
        (place := tmp_path / f"w{number}").mkdir(mode=0o700)
        for name in HOME_FILES:
            shutil.copy2(home / name, place)
        processes.worker(place, HINOMI_INDEX__FOLDER=str(home / "index"))
    for (file, day), expected in zip(lists, (first, later), strict=True):
        assert told(processes, enrol(processes, home, file, day)) == expected
    assert index_of(home) == index_of(alone)


def test_a_worker_that_is_killed_half_way_changes_nothing(processes: Processes, home: Path, tmp_path: Path) -> None:
    alone = shutil.copytree(home, tmp_path / "alone")
    file = write_list(tmp_path / "april.csv", fragile_worker.WORD)
    expected = told(processes, enrol(processes, alone, file, "2026-04-02", HINOMI_CLUSTER__SCHEDULER=""))
    processes.scheduler()
    place = copied_home(home, tmp_path / "w")
    killed = processes.worker(place, "tests.cluster.fragile_worker")
    run = enrol(processes, home, file, "2026-04-02")
    below: list[psutil.Process] = []
    until = time.monotonic() + START_S
    while killed.poll() is None and time.monotonic() < until:
        with suppress(psutil.Error):
            below = psutil.Process(killed.pid).children(recursive=True) or below
        time.sleep(0.02)
    assert killed.poll() == -signal.SIGKILL
    assert run.poll() is None, "it ended before the part that kills was reached"
    psutil.wait_procs(below, timeout=START_S)
    assert below
    assert not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in below), "a child outlives it"
    processes.worker(place)
    assert told(processes, run) == expected
    assert index_of(home) == index_of(alone)


def test_a_scheduler_that_starts_anew_half_way_is_gone_on_with(
    processes: Processes, home: Path, tmp_path: Path
) -> None:
    alone = shutil.copytree(home, tmp_path / "alone")
    file = write_list(tmp_path / "april.csv", fragile_worker.WORD)
    expected = told(processes, enrol(processes, alone, file, "2026-04-02", HINOMI_CLUSTER__SCHEDULER=""))
    scheduler = processes.scheduler()
    place = copied_home(home, tmp_path / "w")
    first = processes.worker(place, "tests.cluster.fragile_worker")
    run = enrol(processes, home, file, "2026-04-02")
    assert first.wait(START_S) == -signal.SIGKILL  # some parts are read by then, and one is out
    processes.end(scheduler)
    assert run.poll() is None
    processes.scheduler()
    processes.worker(place)
    assert told(processes, run) == expected
    assert index_of(home) == index_of(alone)


def test_a_part_that_kills_every_worker_ends_the_run_and_nothing_was_changed(
    processes: Processes, home: Path, tmp_path: Path
) -> None:
    before = index_of(home)
    file = write_list(tmp_path / "april.csv", fragile_worker.WORD)
    processes.scheduler()
    place = copied_home(home, tmp_path / "w")
    run = enrol(processes, home, file, "2026-04-02", HINOMI_CLUSTER__WAIT_S="200")
    deaths, worker = -1, None
    while run.poll() is None:
        if worker is None or worker.poll() is not None:
            deaths += 1
            worker = processes.worker(place, "tests.cluster.fragile_worker")
        time.sleep(0.05)
    assert run.returncode == OUTSIDE
    assert re.search(r"april\.csv, line \d+ and what follows it: no worker", processes.log("enroll")), processes.log(
        "enroll"
    )
    assert deaths <= 2 * (SUSPECT_DEATHS + LONE_DEATHS)
    assert index_of(home) == before
    assert not list((home / "index").glob("*.part"))


@pytest.mark.parametrize(
    ("trouble", "words"),
    [("key", "has the key"), ("generation", "has not the index generation"), ("version", "another version")],
)
def test_a_worker_that_is_set_up_otherwise_refuses_and_another_does_it(
    processes: Processes, home: Path, tmp_path: Path, trouble: str, words: str
) -> None:
    processes.scheduler()
    file = write_list(tmp_path / "april.csv")
    other = copied_home(home, tmp_path / "w0")
    if trouble == "key":
        (other / "key").unlink()
        create_key(other / "key")
    if trouble == "generation":
        for folder in (other / "index").glob("g*"):
            folder.rename(folder.with_name("g000099"))
    processes.worker(other, "tests.cluster.other_worker" if trouble == "version" else "cli")
    run = enrol(processes, home, file, "2026-04-02")
    assert run.wait(START_S) == OUTSIDE
    assert words in processes.log("enroll"), processes.log("enroll")
    processes.worker(copied_home(home, tmp_path / "w1"))
    assert told(processes, enrol(processes, home, file, "2026-04-02"))["rows"] == PEOPLE


def test_a_small_list_asks_nobody(processes: Processes, home: Path, tmp_path: Path) -> None:
    file = write_list(tmp_path / "april.csv")
    run = processes.command(home, "enroll", str(file), "--extract", "calls", "--as-of", "2026-04-02", "--json")
    assert told(processes, run)["rows"] == PEOPLE  # there is no scheduler at that address
