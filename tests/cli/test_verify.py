"""`hinomi log`, `verify` and `proof` from the command line, over a home that `hinomi init` made."""

from __future__ import annotations

import json
import sqlite3
import threading
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from alerts.models import Message
from cli.main import hinomi
from core.errors import HinomiError, UsageError
from home import Home as OpenHome
from scheduler import all_jobs
from tests.actors import by
from transparency.last_verification import ask_for_verification, last_verification

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


class Home:
    """A home, and commands in it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def run(self, *arguments: str) -> Result:
        """What became of a command."""
        done = CliRunner().invoke(hinomi, ["--home", str(self.path), *arguments])
        if isinstance(done.exception, HinomiError):
            raise done.exception
        return done

    def json(self, *arguments: str) -> dict[str, Any]:
        """The object that a command printed."""
        lines = self.run(*arguments, "--json").stdout.splitlines()
        found: dict[str, Any] = json.loads(next(line for line in lines if line.startswith("{")))
        return found

    def sql(self, statement: str) -> None:
        """What somebody does to the file."""
        with sqlite3.connect(self.path / "hinomi.db") as connection:
            connection.execute(statement)
        connection.close()


@pytest.fixture
def made(tmp_path: Path) -> Home:
    """A home with two hand-overs in its register."""
    home = Home(tmp_path / "home")
    home.run("init")
    home.run("processors", "add", "架空販売", "--contract", "A", "--on", "2026-04-01")
    home.run("extracts", "add", "calls", "--to", "架空販売", "--columns", "氏名", "--on", "2026-04-01")
    return home


def test_init_makes_a_signing_key_apart_from_the_master_key_and_leaves_it_alone(made: Home) -> None:
    key = made.path / "log-key"
    before = key.read_bytes()
    assert key.stat().st_mode & 0o777 == 0o600
    made.run("init")
    assert key.read_bytes() == before
    assert made.run("log", "key").stdout == (made.path / "log-key.pub").read_text()


def test_a_command_that_wrote_leaves_nothing_waiting(made: Home) -> None:
    report = made.json("verify")
    assert (report["waiting"], report["ok"]) == (0, True)
    assert report["kinds"] == {"event": 3, "index": 1, "processor": 1, "extract": 1, "holding": 1, "custody": 4}
    assert report["vouches_for"] == report["leaves"]  # what is handed over is signed at once


def test_a_home_is_signed_and_verified(made: Home) -> None:
    head = made.json("log", "publish")
    assert (head["size"], head["places"]) == (11, ["log-heads.jsonl"])
    assert "nothing is new since" in made.run("log", "publish").stderr
    heads = made.run("log", "heads", "--json").stdout.splitlines()
    assert json.loads(heads[-1])["root"] == head["root"]
    report = made.json("verify")
    assert (report["ok"], report["vouches_for"], report["notes"]) == (True, 11, [])
    assert "whole" in made.run("verify").stderr


def test_verify_names_the_first_damage_and_exits_with_one(made: Home) -> None:
    made.run("log", "publish")
    made.sql("UPDATE register_events SET actor = 'nobody' WHERE id = 2")
    done = made.run("verify", "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["first_damage"]["where"] == "custody 2"
    assert "row-edited: custody 2" in made.run("verify").stderr


def test_a_head_out_of_a_chat_is_compared_too(made: Home, tmp_path: Path) -> None:
    note = made.json("log", "publish")["note"]
    pasted = tmp_path / "slack.txt"
    pasted.write_text(f"Hinomi APP  9:00\n{note}", encoding="utf-8")
    assert made.run("verify", "--head", str(pasted)).exit_code == 0
    for table in (
        "register_events", "processor_edges", "holdings", "extracts", "processors", "events", "index_states",
        "log_leaves", "log_heads",
    ):  # fmt: skip
        made.sql(f"DELETE FROM {table}")  # noqa: S608
    (made.path / "log-heads.jsonl").unlink()
    assert made.run("verify").exit_code == 0
    done = made.run("verify", "--head", str(pasted), "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["first_damage"]["what"] == "tail-cut"


def test_proofs_come_out_as_files(made: Home, tmp_path: Path) -> None:
    first = made.json("log", "publish")["size"]
    made.run("extracts", "set", "calls", "--due-on", "2026-12-31")
    second = made.json("log", "publish")["size"]
    out = tmp_path / "proof.json"
    made.run("proof", "inclusion", "--kind", "custody", "--id", "1", "--out", str(out))
    assert json.loads(out.read_text())["proves"] == "inclusion"
    with pytest.raises(UsageError, match="exists"):
        made.run("proof", "consistency", str(first), str(second), "--out", str(out))
    assert json.loads(made.run("proof", "consistency", str(first), str(second)).stdout)["size"] == second
    assert made.run("proof", "script").stdout.startswith('"""Check proofs')
    for wrong in ((), ("--event", "1", "--document", "1"), ("--id", "1")):
        with pytest.raises(UsageError, match="one entry"):
            made.run("proof", "inclusion", *wrong)


def test_a_new_home_is_under_a_head_from_the_first_moment(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.run("init", "--heads", str(tmp_path / "elsewhere" / "heads.jsonl"))
    report = home.json("verify")
    assert (report["leaves"], report["vouches_for"], report["ok"]) == (4, 4, True)
    assert report["places"][1:] == [str(home.path / "log-heads.jsonl"), str(tmp_path / "elsewhere" / "heads.jsonl")]
    with pytest.raises(UsageError, match="settings already"):
        home.run("init", "--heads", "syslog")


def test_settings_that_nobody_answers_for_are_damage_until_somebody_does(made: Home) -> None:
    made.run("log", "publish")
    with (made.path / "hinomi.toml").open("a", encoding="utf-8") as file:
        file.write("[trails]\nbulk = 1000000\n")
    done = made.run("verify", "--json")
    assert (done.exit_code, json.loads(done.stdout)["first_damage"]["what"]) == (1, "settings-differ")
    assert made.json("log", "settings", "--reason", "a campaign")["recorded"] == ["hinomi.toml"]
    assert made.run("verify").exit_code == 0
    made.run("sources", "add", "one", "--engine", "paste-list", "--url", "https://p.example/", "--dialect", "bepasty")
    assert made.run("verify").exit_code == 0
    sources = made.path / "sources.toml"
    sources.write_text(sources.read_text(encoding="utf-8").replace("p.example", "nowhere.example"), encoding="utf-8")
    with pytest.raises(UsageError, match="no such file of settings"):
        made.run("log", "settings", "hinomi.tml")
    second = ("sources", "add", "two", "--engine", "paste-list", "--url", "https://q.example/", "--dialect", "bepasty")
    assert "had been changed before" in made.run(*second).stderr
    assert made.run("verify").exit_code == 1


def test_entries_that_no_head_covers_in_time_end_with_three(made: Home) -> None:
    made.run("log", "publish")
    made.sql(
        "INSERT INTO events (happened_at, learned_at, zone, kind, actor, source, data, search_text) VALUES "
        "('2026-11-01 00:00:00.000000', '2026-11-01 00:00:00.000000', '', 'note', 'x', '', '{}', '')"
    )
    made.run("log", "heads")  # any command makes leaves of what waits
    made.sql(
        "UPDATE log_leaves SET at = '2026-11-01 00:00:00.000000' WHERE position >= (SELECT MAX(size) FROM log_heads)"
    )
    assert made.run("verify").exit_code == 3


def test_a_verification_that_was_asked_for_is_run_in_a_child_and_told(made: Home) -> None:
    made.run("log", "publish")
    home = OpenHome(made.path)
    job = {job.name: job for job in all_jobs(home, threading.Event())()}["verify"]
    assert not job.is_wanted(), "a new home has a day"
    made.sql("UPDATE register_events SET actor = 'nobody' WHERE id = 2")
    with home.database.write() as session:
        ask_for_verification(session, actor=by("佐藤"), now=home.clock.now())
    assert job.is_wanted()
    assert job.work() == "failed: exit code 1"
    assert not job.is_wanted()
    with home.database.read() as session:
        last = last_verification(session)
        (notice,) = session.scalars(select(Message))
    home.database.close()
    assert (last.damaged, last.first, last.is_asked) == (1, "row-edited: custody 2", False)
    assert "custody 2" in notice.payload["text"]
    found = made.run("incidents", "search", "kind:verified-damaged", "--json").stdout
    assert json.loads(found)["data"]["damaged"] == 1


def test_a_database_of_an_unknown_step_is_refused(made: Home) -> None:
    made.sql("UPDATE alembic_version SET version_num = '0006'")
    with pytest.raises(HinomiError, match="the database is at version 0006, this program works with"):
        made.run("verify")
