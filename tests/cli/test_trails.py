"""`hinomi trails` from the command line: a log taken in, checked, and its suspicions listed and decided."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, text

from cli.main import hinomi
from core.errors import HinomiError, UsageError
from incidents.errors import ForbiddenActionError, NoSuspicionError
from tests.trails.foreign_logs import FOREIGN

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

FOREIGN_NAMES = ["semicolons, points between the parts of a day, a decimal comma"] * 2
HEADER = "日時,作業者ID,端末,操作,お客様番号\n"
WORK = "".join(
    f"2026/10/{day:02d} 10:00:00,{who},T-{who},照会,K{day * 10 + i:06d}\n"
    for day in range(1, 21)
    for who in ("op-1", "op-2")
    for i in range(5)
)
NIGHT = "".join(f"2026/10/21 03:00:00,op-1,T-op-1,照会,K{300 + i:06d}\n" for i in range(6))
STICK = "2026/10/21 10:00:00,op-2,T-op-2,USB書込,K000003\n"


class Home:
    """A home with a log of the call centre in its trails, and commands in it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def run(self, *arguments: str) -> Result:
        """What became of a command; its error, if it fails."""
        done = CliRunner().invoke(hinomi, ["--home", str(self.path), *arguments])
        if isinstance(done.exception, HinomiError):
            raise done.exception
        return done

    def json(self, *arguments: str) -> list[dict[str, Any]]:
        """The objects that a command printed."""
        return [json.loads(line) for line in self.run(*arguments, "--json").stdout.splitlines()]

    def recorded(self) -> list[str]:
        """The kinds of the events on the record, in order."""
        engine = create_engine(f"sqlite:///{self.path / 'hinomi.db'}")
        with engine.connect() as connection:
            found = list(connection.scalars(text("SELECT kind FROM events ORDER BY id")))
        engine.dispose()
        return found


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.run("init")
    (tmp_path / "access.csv").write_text(HEADER + WORK + NIGHT + STICK, encoding="cp932")
    made.run("trails", "import", str(tmp_path / "access.csv"), "--system", "callcenter", "--yes")
    return made


@pytest.fixture
def found(home: Home) -> dict[str, int]:
    """Numbers of the suspicions, by the check that raised them."""
    return {one["check"]: one["id"] for one in home.json("trails", "check")}


def test_suspicions_are_listed_newest_first_with_names_masked(home: Home, found: dict[str, int]) -> None:
    listed = home.json("trails", "suspicions")
    assert [one["id"] for one in listed] == sorted(found.values(), reverse=True)
    assert set(found) == {"outside", "off_hours"}
    assert not [one for one in listed if "op-" in one["sentence"] or "op-" in one["name"]]
    shown = home.run("trails", "suspicions")
    assert "op-" not in shown.output
    assert shown.stdout == ""
    assert home.recorded()[-2:] == ["suspicions-viewed"] * 2


def test_names_are_shown_for_a_reason_that_goes_on_the_record(home: Home, found: dict[str, int]) -> None:
    with pytest.raises(UsageError, match="for a reason only"):
        home.run("trails", "suspicions", "--reveal", "--reason", " ")
    assert "suspicions-revealed" not in home.recorded()
    named = {one["id"]: one["name"] for one in home.json("trails", "suspicions", "--reveal", "--reason", "case 7")}
    assert named[found["outside"]] == "op-2"
    assert home.recorded()[-1] == "suspicions-revealed"


def test_a_reason_alone_reveals_nothing(home: Home, found: dict[str, int]) -> None:
    del found
    assert "op-" not in home.run("trails", "suspicions", "--reason", "curious", "--json").stdout
    assert home.recorded()[-1] == "suspicions-viewed"


def test_a_suspicion_is_explained_and_then_listed_by_its_state(home: Home, found: dict[str, int]) -> None:
    number = str(found["off_hours"])
    assert "explained" in home.run("trails", "explain", number, "--reason", "night shift agreed").stderr
    (one,) = home.json("trails", "suspicions", "--state", "explained")
    assert (one["id"], one["state"], one["reason"]) == (found["off_hours"], "explained", "night shift agreed")
    assert one["decided_at"]
    assert found["off_hours"] not in [one["id"] for one in home.json("trails", "suspicions", "--state", "open")]
    assert "suspicion-explained" in home.recorded()


def test_a_suspicion_is_escalated_also_after_it_was_explained(home: Home, found: dict[str, int]) -> None:
    number = str(found["outside"])
    home.run("trails", "explain", number, "--reason", "a licensed stick")
    assert "escalated" in home.run("trails", "escalate", number, "--reason", "the licence ran out").stderr
    (one,) = home.json("trails", "suspicions", "--state", "escalated")
    assert (one["id"], one["reason"]) == (found["outside"], "the licence ran out")
    assert home.recorded()[-3:] == ["suspicion-explained", "suspicion-escalated", "suspicions-viewed"]


@pytest.mark.parametrize("decision", ["explain", "escalate"])
def test_a_decision_wants_a_suspicion_a_reason_and_a_change(home: Home, found: dict[str, int], decision: str) -> None:
    number, before = str(found["outside"]), home.recorded()
    with pytest.raises(NoSuspicionError):
        home.run("trails", decision, "999", "--reason", "x")
    with pytest.raises(ForbiddenActionError):
        home.run("trails", decision, number, "--reason", "  ")
    assert home.run("trails", decision, number).exit_code == 2
    assert home.run("trails", decision, "first", "--reason", "x").exit_code == 2
    assert home.recorded() == before
    home.run("trails", decision, number, "--reason", "once")
    with pytest.raises(ForbiddenActionError):
        home.run("trails", decision, number, "--reason", "twice")


def test_a_zip_of_foreign_logs_is_imported_and_says_what_it_dropped(tmp_path: Path) -> None:
    made = Home(tmp_path / "home")
    made.run("init")
    with zipfile.ZipFile(tmp_path / "logs.zip", "w") as archive:
        for number, name in enumerate(FOREIGN_NAMES):
            archive.writestr(f"{number}.log", FOREIGN[name].text)
    results = made.json("trails", "import", str(tmp_path / "logs.zip"), "--system", "crm", "--yes")
    assert [tuple(drop["line"] for drop in one["dropped"]) for one in results] == [
        FOREIGN[name].dropped for name in FOREIGN_NAMES
    ]
    assert [one["new"] for one in results] == [2, 0]
    assert {"system", "records", "new", "dropped", "gaps"} <= set(results[0])


def test_nothing_found_is_said_and_prints_no_object(tmp_path: Path) -> None:
    empty = Home(tmp_path / "home")
    empty.run("init")
    assert "There are none." in empty.run("trails", "suspicions").stderr
    assert empty.json("trails", "suspicions") == []
    assert "Nothing new" in empty.run("trails", "check").stderr
