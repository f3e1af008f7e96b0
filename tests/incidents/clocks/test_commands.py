"""Deadlines at the command line, and the job that keeps them and tells what is near."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from deadlines.rulebook import SHIPPED
from home import Home
from incidents.clocks.reminders import NEAR
from incidents.timeline.attention import acknowledge
from jobs.casework.deadlines import Deadlines
from jobs.interface import Workbench
from tests.actors import by
from tests.deadlines.cases import FINAL_REPORT, FIRST_REPORT, PEOPLE
from tests.incidents.casework.test_commands import database_url, hinomi
from tests.incidents.makers import NOW, Leaked, event_kinds, take

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings

__all__ = ["database_url", "hinomi"]
MANY = Leaked("many", tuple(range(1, 1500)))


def test_deadlines_are_stated_met_and_waived_at_the_command_line(hinomi: Any, database: Database) -> None:
    take(database, Leaked("a list", (1, 2, 3)), now=NOW)
    assert hinomi("deadlines", "list", "--json")[1] == []
    assert hinomi("incident", "1", "acknowledge")[0] == 0
    assert hinomi("deadlines", "set", "1", "malicious=yes", "residents=DE", "--reason", "the seller says so")[0] == 0
    _, listed, _ = hinomi("deadlines", "list", "--json")
    assert [one["name"] for one in listed] == [FIRST_REPORT, FINAL_REPORT, PEOPLE]
    assert {one["state"] for one in listed} == {"running"}
    code, _, said = hinomi("deadlines", "met", "1", FIRST_REPORT, "--with", "receipt 7", "--at", "2099-01-01T00:00")
    assert (code, "not come yet" in said) == (2, True)
    assert hinomi("deadlines", "met", "1", FIRST_REPORT, "--with", "receipt 7")[0] == 0
    assert hinomi("deadlines", "waived", "1", PEOPLE, "--reason", "nobody can be reached")[0] == 0
    assert hinomi("deadlines", "resumed", "1", PEOPLE, "--reason", "they can")[0] == 0
    _, (page,), _ = hinomi("deadlines", "show", "1", "--json")
    states = {one["name"]: one["state"] for one in page["cards"]}
    assert (states[FIRST_REPORT], states[PEOPLE]) == ("met", "running")
    assert {one["name"]: one["value"] for one in page["facts"]}["residents"] == "DE"
    for show in ("open", "missed", "settled", "all"):
        assert hinomi("deadlines", "list", "--show", show)[0] == 0
    assert hinomi("deadlines", "show", "1")[0] == 0
    assert hinomi("deadlines", "show", "99")[0] == 2
    assert hinomi("deadlines", "set", "1", "malicious", "--reason", "x")[0] == 2
    assert hinomi("deadlines", "set", "1", "malicious=perhaps", "--reason", "x")[0] == 2
    assert hinomi("deadlines", "set", "1", "known=2026-11-22T09:00", "--reason", "a call")[0] == 0


def test_rules_are_listed_and_a_broken_one_ends_with_2(hinomi: Any, home: Path) -> None:
    code, rules, _ = hinomi("deadlines", "rules", "--json")
    assert code == 0
    assert {"jp-appi-authority", "eu-gdpr-authority"} <= {one["id"] for one in rules}
    assert all(one["check_before_relying"]["ja"] for one in rules)
    (home / "regimes").mkdir()
    (home / "regimes" / "own.toml").write_text("id = 7", encoding="utf-8")
    code, _, said = hinomi("deadlines", "rules")
    assert code == 2
    assert "own.toml" in said


def test_the_job_keeps_deadlines_and_reminds_once(settings: Settings, database: Database, clock: SetClock) -> None:
    take(database, MANY, now=clock.now())
    bench = Workbench(Home.of(settings, database=database, clock=clock), None, threading.Event())  # type: ignore[arg-type]
    job = Deadlines(bench)
    assert job.work() == "done: 0 changes, 0 told"
    with database.write() as session:
        acknowledge(session, 1, actor=by("suzuki"), now=clock.now())
    assert job.work() == "done: 3 changes, 0 told"
    assert job.work() == "done: 0 changes, 0 told"
    clock.advance(timedelta(days=4))
    assert job.work() == "done: 0 changes, 1 told"
    assert job.work() == "done: 0 changes, 0 told"
    assert event_kinds(database)[-1] == NEAR
    (settings.home / "regimes").mkdir()
    text = (SHIPPED / "jp-appi-people.toml").read_text(encoding="utf-8").replace('"none"', '"days", last = 14')
    (settings.home / "regimes" / "people.toml").write_text(text, encoding="utf-8")
    assert job.work() == "done: 1 changes, 0 told", "the home's own rule holds at once"
    assert Deadlines(bench).work() == "done: 0 changes, 0 told", "another scheduler tells nothing again"
