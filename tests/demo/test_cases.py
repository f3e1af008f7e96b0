"""Both cases as a user plays them: who is ranked first, what was filed in time, what a look found nothing in before."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cli.language import SETTING, VARIABLE
from core.clock import local
from core.settings import load_settings
from custody.supervision.beside import supervised_on
from demo.cases import drip_records, night_records
from home import Home
from tests.servers.child import ended
from trails.explore.handles import Handles
from transparency.keys import public_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from demo.people import MadeUpPerson

pytestmark = pytest.mark.slow
LIMIT_S = 240
ROOT = Path(__file__).parents[2]


def hinomi(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cli", "--home", str(home), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)


def lines_of(home: Path, *arguments: str) -> list[dict[str, Any]]:
    done = hinomi(home, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


class Played:
    """A home in which a case was told, and what was said meanwhile."""

    def __init__(self, folder: Path, case: str) -> None:
        self.home = folder / f"hinomi-home-{case}"  # that it makes where nobody names another
        # As on a machine where nobody said which language: that of the settings is spoken.
        environment = {name: value for name, value in os.environ.items() if name not in {VARIABLE, SETTING}}
        environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), environment.get("PYTHONPATH", "")])
        self.done = subprocess.run(
            [sys.executable, "-m", "cli", "demo", "--case", case, "--once"],
            cwd=folder, capture_output=True, text=True, timeout=LIMIT_S, check=False, env=environment,
        )  # fmt: skip
        assert self.done.returncode == 0, self.done.stdout + self.done.stderr
        self.said = self.done.stdout + self.done.stderr


@pytest.fixture(scope="module")
def drip(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return Played(tmp_path_factory.mktemp("drip"), "drip")


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return Played(tmp_path_factory.mktemp("night"), "night")


def first_of(home: Path, kind: str) -> dict[str, Any]:
    """Who is ranked first of a kind; their name stands behind a handle."""
    (found,) = lines_of(home, "root-cause", "1")
    assert found["conclusion"] == "holder"
    return next(one for one in found["holders"] if one["kind"] == kind)


def handle_of(home: Path, kind: str, name: str) -> str:
    """How a name is known to whoever has not revealed it."""
    return Handles(Home.of(load_settings(home)).digester).of(kind, name)


def test_the_drip_ranks_the_maintenance_worker_and_the_shared_account_first(drip: Played) -> None:
    worker, account = (first_of(drip.home, kind) for kind in ("operator", "account"))
    assert worker["handle"] == handle_of(drip.home, "operator", "mt-207")
    assert account["handle"] == handle_of(drip.home, "account", "sysadmin-02")
    assert (worker["covered"], worker["of"], worker["size"]) == (160, 160, 12 * 99)
    assert worker["posterior"] > 0.99
    assert not worker["tied_with"]
    assert account["size"] > worker["size"]  # a colleague works with it, too


def test_the_night_ranks_the_temp_worker_first_in_a_few_days(night: Played) -> None:
    worker = first_of(night.home, "operator")
    assert worker["handle"] == handle_of(night.home, "operator", "ss-024")
    assert (worker["covered"], worker["of"]) == (500, 500)
    assert worker["posterior"] > 0.99
    assert 5960 <= worker["size"] < 6100
    assert 1 <= worker["window"]["days"] <= 7


def settled(home: Path) -> dict[str, tuple[str, datetime, datetime | None]]:
    """By deadline: its state, when it was met and when it ended."""
    found = lines_of(home, "deadlines", "list", "--show", "settled")
    read = datetime.fromisoformat
    return {
        one["name"]: (one["state"], read(one["met_at"]), read(one["last_at"]) if one["last_at"] else None)
        for one in found
    }


def test_every_deadline_of_the_drip_was_met_in_time_with_sixty_days_for_malice(drip: Played) -> None:
    found = settled(drip.home)
    assert set(found) == {
        "jp-appi-authority/first-report", "jp-appi-authority/final-report", "jp-appi-people/people",
        "jp-appi-processor/principal", "jp-telecom-users/first-report", "jp-telecom-users/details",
    }  # fmt: skip
    assert {state for state, _, _ in found.values()} == {"met"}
    assert all(met < last for _, met, last in found.values() if last)
    known = date(2026, 7, 6)
    ends = {name: local(last).date() - known for name, (_, _, last) in found.items() if last}
    # The last moment of the 60th day, of which the day of knowing is the first, is the first of the next day.
    assert ends["jp-appi-authority/final-report"].days == 60
    assert 30 <= ends["jp-telecom-users/details"].days <= 33
    assert lines_of(drip.home, "deadlines", "list", "--show", "open") == []


def test_the_first_report_of_the_night_was_filed_in_time_and_the_final_one_has_sixty_days(night: Played) -> None:
    state, met, last = settled(night.home)["jp-appi-authority/first-report"]
    assert (state, met < (last or met)) == ("met", True)
    running = {one["name"]: one for one in lines_of(night.home, "deadlines", "list")}
    final = running["jp-appi-authority/final-report"]
    span = datetime.fromisoformat(final["last_at"]) - datetime.fromisoformat(final["starts_at"])
    assert 58 < span.total_seconds() / 86400 < 70  # longer where the 60th day is a day off


@pytest.mark.parametrize(
    ("case", "wanted"),
    [
        ("drip", [("customers", 1), ("final", 1), ("principal", 1), ("rapid", 1), ("telecom28", 1), ("telecom28", 2)]),
        ("night", [("customers", 1), ("rapid", 1)]),
    ],
)
def test_what_was_filed_was_approved_by_another_person(
    case: str, wanted: list[tuple[str, int]], request: pytest.FixtureRequest
) -> None:
    played: Played = request.getfixturevalue(case)
    versions = lines_of(played.home, "report", "list")
    assert sorted((one["form"], one["number"]) for one in versions) == wanted
    assert {one["state"] for one in versions} == {"filed"}
    with closing(sqlite3.connect(played.home / "hinomi.db")) as database:
        people = database.execute("SELECT asked_by, decided_by, filed_by FROM report_versions").fetchall()
    assert {(asked, decided) for asked, decided, _ in people} == {("hana", "kenji")}


def test_a_look_of_2023_found_nothing_and_tells_the_days_without_records(drip: Played) -> None:
    (look,) = lines_of(drip.home, "looks", "list")
    assert look["kind"] == "looked-found-nothing"
    (system,) = look["account"]["systems"]
    assert system["gaps"] == [["2021-08-10", "2021-08-20", 11]]
    assert look["account"]["documents"] == 0
    # The records of the worker's first five years were there, and nobody asked them.
    assert system["records"] > 60_000


def test_supervision_stands_beside_the_drip(drip: Played) -> None:
    home = Home.of(load_settings(drip.home))
    with home.database.read() as session:
        found = supervised_on(session, date(2026, 9, 1), [1, 2, 3])
    home.database.close()
    first, second, third = found[1], found[2], found[3]
    assert (first.looked_on, first.kinds) == (date(2023, 4, 14), ("A",))
    assert second.kinds == ("B",)
    assert dict(second.consents) == {drip_records.PRINCIPAL: "asked"}
    assert [due for _, due in second.findings] == [date(2023, 9, 30)] * 2
    assert (third.looked_on, dict(third.consents)) == (None, {drip_records.VENDOR: "unknown"})


@pytest.mark.parametrize("case", ["drip", "night"])
def test_the_home_is_whole_and_its_bag_says_so_itself(
    case: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    played: Played = request.getfixturevalue(case)
    verified = hinomi(played.home, "verify", "--json")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    with zipfile.ZipFile(played.home / "demo" / "hinomi-incident-1.bag.zip") as packed:
        packed.extractall(tmp_path)
    (script,) = tmp_path.rglob("verify_bag.py")
    key = public_path(load_settings(played.home).log_key_path)
    bare = [sys.executable, "-I", "-S", str(script), "--key", str(key)]
    environment = {"PATH": os.environ["PATH"]}
    done = subprocess.run(bare, env=environment, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "signed by the key that was given" in done.stdout


def people_of(case: str) -> list[MadeUpPerson]:
    if case == "drip":
        return drip_records.make_drip().customers
    night = night_records.make_night(local(datetime.now(UTC)).date())
    return [*night.lent, *night.others]


@pytest.mark.parametrize("case", ["drip", "night"])
def test_no_customers_value_is_said_logged_or_alerted(case: str, request: pytest.FixtureRequest) -> None:
    played: Played = request.getfixturevalue(case)
    said = played.said + "".join(
        file.read_text(encoding="utf-8", errors="replace") for file in played.home.glob("logs/*")
    )
    with closing(sqlite3.connect(played.home / "hinomi.db")) as database:
        for table in ("messages", "events", "findings", "finding_matches", "incidents", "report_versions"):
            said += "".join(map(str, database.execute(f"SELECT * FROM {table}").fetchall()))  # noqa: S608
    words = set(re.findall(r"[\w@.+-]+", said)) | set(re.findall(r"\w+", said))
    wrong = [
        value
        for one in people_of(case)
        for value in (one.number, one.phone, one.phone.replace("-", ""), one.email, one.address)
        if value in words
    ]
    assert not wrong
    assert not [one for one in people_of(case)[:200] if one.name in said or one.name.replace("　", "") in said]


def test_it_is_told_in_the_language_of_the_settings_with_its_scale_and_where_to_look(drip: Played) -> None:
    assert "縮尺 1：1000" in drip.said
    for path in ("/incidents/1\n", "/incidents/1/root-cause", "/supervision/processors/", "/reports/final/versions/1"):
        assert path in drip.said
    again = hinomi(drip.home, "--lang", "en", "demo", "--case", "drip", "--once")
    assert again.returncode == 0
    assert "told here before" in again.stderr


def test_a_home_of_something_else_is_refused(drip: Played, tmp_path: Path) -> None:
    assert hinomi(drip.home, "demo", "--case", "night", "--once").returncode == 2
    assert hinomi(drip.home, "demo", "--once").returncode == 2
    assert hinomi(tmp_path / "home", "init").returncode == 0
    refused = hinomi(tmp_path / "home", "demo", "--case", "drip", "--once")
    assert refused.returncode == 2
    assert str(tmp_path / "home") in refused.stderr


def test_without_once_the_pages_are_served_until_it_is_interrupted(drip: Played) -> None:
    command = [sys.executable, "-m", "cli", "--home", str(drip.home), "demo", "--case", "drip", "--port", "0"]
    with ended(subprocess.Popen(command, stderr=subprocess.PIPE, text=True)) as child:
        assert child.stderr
        told = list(until(child.stderr, "?token="))
        assert any(re.search(r"http://127\.0\.0\.1:\d+/incidents/1$", line.strip()) for line in told)
        child.send_signal(signal.SIGINT)
        child.stderr.read()
        assert child.wait(120) in {0, 130}  # the pages end by themselves, or with the interrupt


def until(stream: Any, word: str) -> Iterator[str]:
    """Lines up to the first with a word in it."""
    for line in stream:
        yield line
        if word in line:
            return
    raise AssertionError(f"it ended without {word}")
