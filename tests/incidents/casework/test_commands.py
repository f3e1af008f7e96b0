"""Tasks and decisions at the command line, and the job that tells what has come due."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from cli.main import run
from home import Home
from incidents.casework.reminders import COME_BACK, OVERDUE
from jobs.casework.reminders import Reminders
from jobs.interface import Workbench
from tests.incidents.makers import NOW, Leaked, event_kinds, take

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings


@pytest.fixture
def database_url(home: Path, sqlite_template: Path) -> str:
    """These tests are about the command line: one kind of database is enough."""
    file = home / "hinomi.db"
    file.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{file}"


@pytest.fixture
def hinomi(home: Path, database: Database, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """The command line in the test's home: gives the exit code, what ``--json`` printed, and what was said."""
    del database
    monkeypatch.setenv("HINOMI_DATABASE__URL", f"sqlite:///{home / 'hinomi.db'}")

    def asked(*arguments: str) -> tuple[int, list[dict[str, Any]], str]:
        capfd.readouterr()
        code = run(["--home", str(home), *arguments])
        told = capfd.readouterr()
        return code, [json.loads(line) for line in told.out.splitlines() if line.startswith("{")], told.err

    return asked


def test_an_incident_is_worked_through_to_its_end(hinomi: Any, database: Database) -> None:
    take(database, Leaked("a list", (1, 2, 3)), now=NOW)
    assert hinomi("incident", "1", "act", "confirm-csirt")[0] == 0
    assert hinomi("incident", "1", "act", "contain")[0] == 0
    code, _, said = hinomi("incident", "1", "act", "close")
    assert code == 2
    assert "the data owner has not confirmed" in said
    _, tasks, _ = hinomi("incident", "1", "tasks", "--json")
    for task in tasks:
        assert hinomi("incident", "1", "task", "done", str(task["id"]))[0] == 0
    assert hinomi("incident", "1", "waive", "confirm-owner", "--reason", "nobody is left")[0] == 0
    assert hinomi("incident", "1", "act", "close")[0] == 0
    assert hinomi("tasks", "list", "--json")[1] == []


def test_decisions_have_a_command_each(hinomi: Any, database: Database) -> None:
    for number in range(2):
        take(database, Leaked(f"list {number}", (100 * number + 1, 100 * number + 2)), now=NOW)
    why = ("--reason", "because")
    for command in (
        ("severity", "high", *why), ("relate", "2", *why), ("relate", "2", "--undo", *why), ("merge", "2", *why),
        ("come-back", "2026-12-01", "--why", "the deadline"), ("come-back", "--clear"),
        ("hand-over", "sato", "--note", "the host answers at night"),
        ("playbook", "processor-leak", *why), ("task", "add", "call", "--due", "2026-12-01", "--mandatory"),
    ):  # fmt: skip
        assert hinomi("incident", "1", *command)[0] == 0, command
    assert hinomi("incident", "2", "split", *why)[0] == 0
    (page,) = hinomi("incidents", "show", "1", "--json")[1]
    assert (page["severity"], page["assignee"], page["playbook"]) == ("high", "sato", "processor-leak")
    assert hinomi("incident", "1", "hand-over", "--take")[0] == 2, "it was handed over to somebody else"
    assert hinomi("incident", "1", "come-back")[0] == 2


def test_a_broken_playbook_is_named_and_the_exit_code_says_so(hinomi: Any, home: Path) -> None:
    code, playbooks, _ = hinomi("tasks", "playbooks", "--json")
    assert (code, {one["id"] for one in playbooks}) == (0, {"processor-leak", "second-hand"})
    (home / "playbooks").mkdir()
    (home / "playbooks" / "night.toml").write_text('id = "night"\nfor = ["flood"]\n', encoding="utf-8")
    code, playbooks, said = hinomi("tasks", "playbooks", "--json")
    assert (code, len(playbooks)) == (2, 2)
    assert "night.toml:2" in said


def test_the_job_tells_what_has_come_due_and_tells_it_once(
    hinomi: Any, settings: Settings, database: Database, clock: SetClock
) -> None:
    take(database, Leaked("a list", (1, 2, 3)), now=NOW)
    assert hinomi("incident", "1", "task", "add", "call", "--due", "2026-11-22T13:00")[0] == 0
    assert hinomi("incident", "1", "come-back", "2026-11-22", "--why", "the deadline")[0] == 0
    bench = Workbench(Home.of(settings, database=database, clock=clock), None, threading.Event())  # type: ignore[arg-type]
    clock.advance(timedelta(hours=2))
    outcomes = [Reminders(bench).work() for _ in range(2)]
    assert outcomes == ["done: 1 tasks, 1 incidents", "done: 0 tasks, 0 incidents"]
    kinds = event_kinds(database)
    assert (kinds.count(OVERDUE), kinds.count(COME_BACK)) == (1, 1)
