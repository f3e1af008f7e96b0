"""The demo as a user runs it: three leaks and no decoy, nothing new the second time, nothing lost by a kill."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from core.settings import load_settings
from crawler.health import watched_sources
from demo.carrier import make_carrier
from demo.posts import make_pastes, make_topics
from home import Home

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

SECOND_LOOK_S = 0.02
LIMIT_S = 240


def hinomi(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cli", "--home", str(home), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)


def as_json(done: subprocess.CompletedProcess[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def counted(home: Path) -> dict[str, int]:
    """How many rows there are of what must not be lost or repeated."""
    tables = ("documents", "captures", "findings", "incidents", "sightings", "extracts")
    with closing(sqlite3.connect(home / "hinomi.db")) as database:
        rows = {table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}  # noqa: S608
        sent = database.execute("SELECT count(*) FROM messages WHERE kind = 'parent' AND state = 'sent'").fetchone()[0]
    return rows | {"alerts": sent}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    home = tmp_path_factory.mktemp("demo") / "home"
    return home, hinomi(home, "demo", "--once")


@pytest.fixture(scope="module")
def home(run: tuple[Path, subprocess.CompletedProcess[str]]) -> Path:
    assert run[1].returncode == 0, run[1].stderr
    return run[0]


def test_the_three_leaks_are_found_each_with_its_extract_and_no_decoy_is(home: Path) -> None:
    incidents = as_json(hinomi(home, "incidents", "list", "--json"))
    assert sorted(int(str(incident["subjects"])) for incident in incidents) == [3, 12, 400]
    with closing(sqlite3.connect(home / "hinomi.db")) as database:
        found = database.execute(
            "SELECT subjects, extracts FROM findings WHERE verdict != 'clear' ORDER BY subjects DESC"
        ).fetchall()
    firsts = {subjects: json.loads(extracts)[0]["extract"] for subjects, extracts in found}
    assert firsts == {400: "call-center-2026-09", 12: "maintenance-copy-2026-07", 3: "billing-print-2026-08"}


def test_each_leak_is_alerted_once(home: Path, run: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    assert counted(home)["alerts"] == 3
    for number in (1, 2, 3):
        assert run[1].stderr.count(f"/incidents/{number}") + run[1].stdout.count(f"/incidents/{number}") == 1


def test_every_post_was_captured(home: Path) -> None:
    carrier = make_carrier()
    posts = make_pastes(carrier) + [post for topic in make_topics(carrier) for post in topic]
    assert counted(home)["captures"] == len(posts)


def test_the_leaked_file_names_its_customers_to_whoever_may_reveal_them(home: Path) -> None:
    done = hinomi(home, "scan", str(home / "demo" / "leak.csv"), "--json", "--reveal", "--reason", "demo")
    assert done.returncode == 10
    (record,) = as_json(done)
    leak = next(post for post in make_pastes(make_carrier()) if post.is_leak)
    numbers = {line.split(",")[0] for line in leak.body.decode("cp932").splitlines()[1:]}
    matches = record["matches"]
    assert isinstance(matches, list)
    assert {match["subject"] for match in matches} == numbers


def test_a_demo_that_ended_leaves_no_source_that_is_swept_and_its_page_says_why(
    home: Path, run: tuple[Path, subprocess.CompletedProcess[str]]
) -> None:
    assert run[1].returncode == 0
    done = hinomi(home, "sources", "list", "--json")
    assert [json.loads(line)["enabled"] for line in done.stdout.splitlines()] == [False, False]
    opened = Home.of(load_settings(home))
    watched = watched_sources(opened.settings, opened.database, opened.clock.now())
    assert {(one.health, one.next_at, "hinomi demo" in one.note) for one in watched.sources} == {("off", None, True)}
    assert not [one for source in watched.sources for one in source.conditions if one.alarms]
    opened.database.close()


def test_a_second_run_finds_nothing_new(home: Path) -> None:
    before = counted(home)
    done = hinomi(home, "demo", "--once")
    assert done.returncode == 0, done.stderr
    assert "0 new incidents" in done.stderr
    assert counted(home) == before


def test_no_customers_value_stands_in_what_was_said_logged_or_alerted(
    home: Path, run: tuple[Path, subprocess.CompletedProcess[str]]
) -> None:
    said = run[1].stdout + run[1].stderr
    said += "".join(file.read_text(encoding="utf-8", errors="replace") for file in (home / "logs").iterdir())
    with closing(sqlite3.connect(home / "hinomi.db")) as database:
        for table in ("messages", "events", "findings", "finding_matches", "incidents", "enrolments"):
            said += "".join(map(str, database.execute(f"SELECT * FROM {table}").fetchall()))  # noqa: S608
    assert said
    wrong = [
        field
        for person in make_carrier().customers
        for field in (person.number, person.name, person.kana, person.address, person.phone, person.email)
        if field in said or field.replace("-", "") in said or field.replace("　", "") in said
    ]
    assert wrong == []


@pytest.mark.parametrize("stage", ["index", "documents", "findings", "sightings", "messages"])
def test_a_kill_in_the_middle_loses_and_repeats_nothing(home: Path, tmp_path: Path, stage: str) -> None:
    wanted = counted(home)
    other = tmp_path / "home"
    command = [sys.executable, "-m", "cli", "--home", str(other), "demo", "--once"]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for_stage(other, stage, child)
    finally:
        child.kill()
        child.wait()
    done = hinomi(other, "demo", "--once")
    assert done.returncode == 0, done.stderr
    assert counted(other) == wanted


def wait_for_stage(home: Path, stage: str, child: subprocess.Popen[bytes]) -> None:
    """Return in the middle of a stage: its first rows are there, its last ones are not yet."""
    deadline = time.monotonic() + LIMIT_S
    while time.monotonic() < deadline and child.poll() is None:
        if stage == "index":
            if (home / "index" / "CURRENT").exists():
                return
        elif (home / "hinomi.db").exists() and (home / "hinomi.db").stat().st_size:
            with closing(sqlite3.connect(f"file:{home}/hinomi.db?mode=ro", uri=True)) as database:
                try:
                    if database.execute(f"SELECT count(*) FROM {stage}").fetchone()[0]:  # noqa: S608
                        return
                except sqlite3.OperationalError:
                    pass  # not migrated yet, or held by a writer at this moment
        time.sleep(SECOND_LOOK_S)
    raise AssertionError(f"the demo ended with {child.poll()} before its stage {stage}")


def test_a_home_that_is_not_the_demos_is_refused(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert hinomi(home, "init").returncode == 0
    done = hinomi(home, "demo", "--once")
    assert done.returncode == 2
    assert str(home) in done.stderr
