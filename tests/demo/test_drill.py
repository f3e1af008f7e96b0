"""A drill goes through the real home to the alert, tells the times, and leaves nothing open behind."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from cli.context import Context
from demo.drill import SOURCE_TABLE, Drilled, DrillError, run_drill
from incidents.models import Event, Incident

if TYPE_CHECKING:
    from pathlib import Path

    from core.database import Database

pytestmark = pytest.mark.slow


@pytest.fixture
def drill_home(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home over the test's database."""
    monkeypatch.setenv("HINOMI_DATABASE__URL", database_url)
    home = tmp_path / "drill-home"
    _hinomi(home, "init")
    return home


def _hinomi(home: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "cli", "--home", str(home), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _drill(home: Path) -> dict[str, Any]:
    (line,) = [line for line in _hinomi(home, "drill", "--json").splitlines() if line.startswith("{")]
    shown: dict[str, Any] = json.loads(line)
    return shown


def test_two_drills_are_two_incidents_told_and_dismissed(drill_home: Path, database: Database) -> None:
    drilled = [_drill(drill_home) for _ in range(2)]
    for shown in drilled:
        assert list(shown["stages"]) == ["canary", "sweep", "match", "incident", "alert"]
        assert shown["good"]
        assert shown["channel"] == "console"
        after_posting = sum(seconds for stage, seconds in shown["stages"].items() if stage != "canary")
        assert 0 < after_posting <= shown["posting_to_alert"] + 0.01
    with database.read() as session:
        incidents = session.scalars(select(Incident).order_by(Incident.id)).all()
        notes = session.scalars(select(Event).where(Event.kind == "note")).all()
    assert [one.id for one in incidents] == [shown["incident"] for shown in drilled]
    assert {(one.state, tuple(one.sources), one.subjects) for one in incidents} == {("dismissed", ("drill",), 1)}
    assert ": 0 customers, " in _hinomi(drill_home, "doctor", "--json"), "a canary is none"
    assert ["drill" in note.data["text"] for note in notes] == [True, True]
    assert not list(drill_home.glob("drill-*"))
    assert "sources.drill" not in (drill_home / "sources.toml").read_text(encoding="utf-8")


def test_a_drill_names_the_stage_that_failed(drill_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("demo.drill.SOURCE_TABLE", SOURCE_TABLE.replace("ul.pastes li", "ul.gone li"))
    ctx, drilled = Context(str(drill_home)), Drilled()
    with pytest.raises(DrillError, match="the sweep brought nothing"):
        run_drill(ctx, drilled)
    ctx.database.close()
    shown = drilled.as_json()
    assert (shown["good"], shown["posting_to_alert"], list(shown["stages"])) == (False, None, ["canary", "sweep"])
