"""`hinomi report`: a file as its ending says, JSON for scripts, versions byte for byte, errors that say what to do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from cli.main import run
from core.actors import Role
from core.settings import load_settings
from incidents.clocks.models import DeadlineRow
from incidents.timeline.attention import acknowledge
from people.command_line import add_first_account
from reports.filing import hand_over
from reports.filling import ReportSubject, fill
from reports.making import make_all
from tests.actors import by
from tests.incidents.makers import NOW, Leaked, take

if TYPE_CHECKING:
    from pathlib import Path

    from core.database import Database


@pytest.fixture
def database_url(home: Path, sqlite_template: Path) -> str:
    """The home's own database."""
    file = home / "hinomi.db"
    file.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{file}"


@pytest.fixture
def started(home: Path, database: Database) -> list[str]:
    """How a command of this home begins, in which an incident is."""
    take(database, Leaked("a list", (1, 2, 3)))
    return ["--home", str(home), "report"]


@pytest.mark.parametrize(("ending", "begins"), [("pdf", b"%PDF"), ("docx", b"PK"), ("md", "# 漏えい".encode())])
def test_a_file_is_what_its_ending_says(started: list[str], tmp_path: Path, ending: str, begins: bytes) -> None:
    out = tmp_path / f"report.{ending}"
    assert run([*started, "1", "--form", "rapid", "--out", str(out)]) == 0
    assert out.read_bytes().startswith(begins)


def test_json_is_one_object_with_items_sources_and_gaps(started: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    assert run([*started, "1", "--form", "final", "--json"]) == 0
    said = json.loads(capfd.readouterr().out)
    assert [item["name"] for item in said["items"]][:3] == ["overview", "data", "people"]
    assert said["gaps"] > 0
    assert run([*started, "2026-Q4", "--form", "quarterly", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["about"] == "quarter:2026-Q4"


def test_a_version_is_the_file_that_it_was_and_stands_in_the_list(
    started: list[str], database: Database, home: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    settings, about = load_settings(home), ReportSubject(1)
    with database.write() as session:
        report = fill(session, "rapid", about, settings, now=NOW)
        files = {one.format: one for one in make_all(report, settings, NOW)}
        hand_over(session, report, about, list(files.values()), actor=by("suzuki", Role.RESPONDER), now=NOW)
    out = tmp_path / "v1.pdf"
    assert run([*started, "1", "--form", "rapid", "--number", "1", "--out", str(out)]) == 0
    assert out.read_bytes() == files["pdf"].content
    capfd.readouterr()
    assert run([*started, "list", "--json"]) == 0
    line = json.loads(capfd.readouterr().out)
    assert (line["form"], line["number"], line["state"]) == ("rapid", 1, "waiting")
    assert run([*started, "list"]) == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["1"], "--form"), (["1", "--form", "nothing"], "rapid"), (["x", "--form", "rapid"], "incident"),
        (["7", "--form", "rapid"], "7"), (["2026-Q7", "--form", "quarterly"], "2026-Q3"),
        (["1", "--form", "rapid", "--number", "3"], "3"),
    ],
)  # fmt: skip
def test_wrong_use_says_what_was_meant(
    started: list[str], capfd: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert run([*started, *arguments]) == 2
    assert said in capfd.readouterr().err


def test_a_report_goes_to_the_office_from_the_command_line(
    started: list[str], database: Database, capfd: pytest.CaptureFixture[str]
) -> None:
    of = ["1", "--form", "rapid"]
    with database.write() as session:
        add_first_account(session, NOW)
        acknowledge(session, 1, actor=by("suzuki", Role.RESPONDER), now=NOW)
    assert run([*started, "draft", *of, "--item", "cause=委託先", "--item", "other=なし", "--alone", "cause"]) == 0
    assert run([*started, "draft", *of, "--item", "other=あり"]) == 0
    assert run([*started, "draft", *of, "--item", "cause"]) == 2
    assert run([*started, "hand-over", *of]) == 0
    assert run([*started, "return", *of, "--reason", "直すこと"]) == 0
    assert run([*started, "hand-over", *of]) == 0
    assert run([*started, "file", *of, "--to", "個人情報保護委員会"]) != 0, "it is not approved"
    assert run([*started, "approve", *of, "--number", "2"]) == 0
    filing = ["--to", "個人情報保護委員会", "--reference", "R-7", "--meets", "jp-appi-authority/first-report"]
    assert run([*started, "file", *of, *filing, "--at", "never"]) != 0
    assert run([*started, "file", *of, *filing]) == 0
    assert run([*started, "approve", *of, "--number", "9"]) != 0
    capfd.readouterr()
    assert run([*started, "list", "--json"]) == 0
    found = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert [(one["number"], one["state"], one["reference"]) for one in found] == [
        (2, "filed", "R-7"), (1, "returned", "")
    ]  # fmt: skip
    assert run([*started, "take", *of, "--number", "2", "--json"]) == 0
    items = {one["name"]: one for one in json.loads(capfd.readouterr().out)["items"]}
    assert (items["cause"]["written"], items["cause"]["tells_known"]) == ("委託先", False)
    assert (items["other"]["written"], items["other"]["tells_known"]) == ("あり", True)
    with database.read() as session:
        (clock,) = session.scalars(select(DeadlineRow).where(DeadlineRow.state == "met"))
    assert clock.reference == "rapid v2 → 個人情報保護委員会 (R-7)"
