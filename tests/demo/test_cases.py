"""The two cases as a user plays them: from the lending to the filed report, with the figures that must come out."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from core.actors import SYSTEM
from demo.cases.drip_records import A_MONTH, CULPRIT, leaked_months
from demo.cases.night_carrier import COPIED, make_night_carrier
from demo.cases.night_carrier import CULPRIT as OF_THE_NIGHT
from demo.people import make_people
from home import Home
from root_cause.inquiry import inquire
from tests.demo.test_demo import as_json, hinomi

if TYPE_CHECKING:
    from pathlib import Path

    from demo.people import MadeUpPerson

pytestmark = pytest.mark.slow
MONTHS = 96
"""From April 2016 to March 2024."""


@pytest.fixture(scope="module")
def drip(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    return played(tmp_path_factory.mktemp("drip") / "home", "drip")


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    return played(tmp_path_factory.mktemp("night") / "home", "night")


def played(home: Path, case: str) -> tuple[Path, str]:
    done = hinomi(home, "demo", "--case", case, "--once")
    assert done.returncode == 0, done.stderr
    return home, done.stdout + done.stderr


def first_operator(home: Path) -> dict[str, Any]:
    """The first operator of the ranking, with the name: nobody may see it alone, so that the page would ask another."""
    opened = Home(home)
    found = inquire(
        1, database=opened.database, index=opened.index, trails_dir=opened.settings.trails_dir,
        zone=opened.settings.trail_zone, clock=opened.clock, actor=SYSTEM, reveal=True, reason="a test",
    )  # fmt: skip
    opened.database.close()
    return next(one for one in found["holders"] if one["kind"] == "operator")


def filed(home: Path) -> dict[str, tuple[str, str, str]]:
    """By form: state, who handed it over, who approved it."""
    with closing(sqlite3.connect(home / "hinomi.db")) as database:
        rows = database.execute("SELECT form, state, asked_by, decided_by FROM report_versions").fetchall()
    return {form: (state, by, approved_by) for form, state, by, approved_by in rows}


def deadlines(home: Path) -> dict[str, str]:
    done = hinomi(home, "deadlines", "list", "--show", "all", "--json")
    return {str(one["name"]): str(one["state"]) for one in as_json(done)}


def test_the_drip_is_explained_by_one_engineer(drip: tuple[Path, str]) -> None:
    best = first_operator(drip[0])
    assert (best["name"], best["covered"], best["of"]) == (CULPRIT, MONTHS * A_MONTH, MONTHS * A_MONTH)
    assert not best["explains_nothing"]


def test_each_month_of_the_drip_takes_people_whom_no_other_took() -> None:
    gone = [one.number for _, month in leaked_months(people_of_the_drip()) for one in month]
    assert len(gone) == len(set(gone)) == MONTHS * A_MONTH


def people_of_the_drip() -> list[MadeUpPerson]:
    return make_people(Random(20160401), 3000, prefix="K", exchange="01", domain="mail.example")  # noqa: S311  # made up


def test_the_first_look_found_nothing_and_says_of_what_it_knew_nothing(drip: tuple[Path, str]) -> None:
    (look,) = as_json(hinomi(drip[0], "looks", "list", "--json"))
    account: dict[str, Any] = look["account"]  # type: ignore[assignment]
    assert look["kind"] == "looked-found-nothing"
    assert [one["system"] for one in account["systems"]] == ["call-center-crm"], "the console's records were not there"


def test_every_deadline_of_the_drip_was_met_and_every_report_approved_by_another(drip: tuple[Path, str]) -> None:
    found = deadlines(drip[0])
    for name in ("jp-appi-authority/first-report", "jp-appi-authority/final-report", "jp-appi-people/people"):
        assert found[name] == "met", name
    reports = filed(drip[0])
    assert {form: state for form, (state, _, _) in reports.items()} == {
        "rapid": "filed", "final": "filed", "customers": "filed", "management": "approved",
    }  # fmt: skip
    assert all(by != approved_by for _, by, approved_by in reports.values())


def test_supervision_stands_beside_it(drip: tuple[Path, str]) -> None:
    (shown,) = as_json(hinomi(drip[0], "supervision", "show", "例示システムサービス", "--json"))
    assert json.dumps(shown, ensure_ascii=False).count("breach") >= 1
    due = as_json(hinomi(drip[0], "supervision", "due", "--json"))
    assert due, "an inspection that was never made, a finding that nobody mended"


def test_the_night_is_explained_by_the_temporary_worker(night: tuple[Path, str]) -> None:
    best = first_operator(night[0])
    assert (best["name"], best["covered"], best["of"]) == (OF_THE_NIGHT, 400, 400)


def test_the_night_has_its_first_report_filed_and_its_final_one_due(night: tuple[Path, str]) -> None:
    found = deadlines(night[0])
    assert (found["jp-appi-authority/first-report"], found["jp-appi-authority/final-report"]) == ("met", "running")
    assert filed(night[0])["rapid"][0] == "filed"


@pytest.mark.parametrize("case", ["drip", "night"])
def test_a_case_is_whole_and_its_evidence_verifies(case: str, request: pytest.FixtureRequest) -> None:
    home, _ = request.getfixturevalue(case)
    assert hinomi(home, "verify").returncode == 0
    script = next((home / "demo" / "evidence").rglob("verify_bag.py"))
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(script)], cwd=script.parent, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_case_names_no_customer_in_what_it_says(drip: tuple[Path, str], night: tuple[Path, str]) -> None:
    people = {"drip": people_of_the_drip(), "night": make_night_carrier().customers}
    assert len(people["night"]) > COPIED
    for case, (home, said) in (("drip", drip), ("night", night)):
        told = said + "".join(one.read_text("utf-8", "replace") for one in home.glob("logs/*"))
        for one in people[case]:
            for value in (one.number, one.name, one.address, one.phone, one.email):
                assert value not in told


def test_a_case_is_played_once_and_wants_a_home_of_its_own(drip: tuple[Path, str]) -> None:
    again = hinomi(drip[0], "demo", "--case", "drip", "--once")
    assert (again.returncode, "been through" in again.stderr) == (0, True)
    other = hinomi(drip[0], "demo", "--case", "night", "--once")
    assert other.returncode == 2
    assert "folder of its own" in other.stderr
