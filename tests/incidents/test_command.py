"""The commands as scripts use them: JSON on stdout, messages on stderr, exit codes."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import subprocess
import sys
from getpass import getuser
from typing import TYPE_CHECKING, Any

import pytest

from tests.small_carrier import CALM_TEXT, leak_text

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def database_url(tmp_path: Path, sqlite_template: Path) -> str:
    """These tests are about the command line: one kind of database is enough."""
    file = tmp_path / "hinomi.db"
    file.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{file}"


class Command:
    """`hinomi` in the test's home."""

    def __init__(self, home: Path, database_url: str) -> None:
        self.start = [sys.executable, "-m", "cli", "--home", str(home)]
        self.environment = os.environ | {"HINOMI_DATABASE__URL": database_url}

    def __call__(self, *arguments: str) -> tuple[int, list[dict[str, Any]], str]:
        """Exit code, the lines of ``--json``, and stderr."""
        done = subprocess.run(
            [*self.start, *arguments], env=self.environment, capture_output=True, text=True, check=False
        )
        lines = done.stdout.splitlines() if "--json" in arguments else []
        return done.returncode, [json.loads(line) for line in lines], done.stderr


@pytest.fixture
def hinomi(home: Path, database_url: str) -> Command:
    """The command."""
    return Command(home, database_url)


def test_from_a_file_handed_in_to_an_incident_that_is_found_and_closed(hinomi: Command, tmp_path: Path) -> None:
    leak, calm = tmp_path / "list.txt", tmp_path / "calm.txt"
    leak.write_text(leak_text(), encoding="utf-8")
    calm.write_text(CALM_TEXT, encoding="utf-8")
    for _ in range(2):
        code, _, _ = hinomi("scan", str(leak), str(calm), "--json", "--open")
        assert code == 10
    (line,) = hinomi("incidents", "list", "--json")[1]
    assert {"id", "state", "severity", "opened_at", "title", "subjects", "documents"} <= set(line)
    assert (line["state"], line["subjects"], line["documents"], line["sightings"]) == ("open", 6, 1, 1)
    assert line["title"].startswith("持ち込み：")
    assert hinomi("incident", "1", "act", "confirm-csirt")[0] == 0
    assert hinomi("incident", "1", "act", "contain")[0] == 0
    assert hinomi("incident", "1", "assign", "tanaka")[0] == 0
    assert hinomi("incident", "1", "note", "掲載元に削除を求めた")[0] == 0
    (page,) = hinomi("incidents", "show", "1", "--json")[1]
    assert (page["state"], page["assignee"]) == ("contained", "tanaka")
    assert page["extracts"][0]["extract"] == "calls-2026-04"
    (hit,) = hinomi("incidents", "search", "削除", "kind:note", "--json")[1]
    assert hit["text"] == "掲載元に削除を求めた"
    (delivered,) = hinomi("alerts", "deliver", "--json")[1]
    assert (delivered["sent"], delivered["waiting"]) == (1, 0)
    (message,) = hinomi("alerts", "list", "--json")[1]
    assert (message["channel"], message["state"]) == ("console", "sent")


def test_waiting_documents_are_matched_and_looked_at_again_on_request(hinomi: Command, tmp_path: Path) -> None:
    (counts,) = hinomi("match", "--json")[1]
    assert counts["documents"] == 0
    leak = tmp_path / "list.txt"
    leak.write_text(leak_text(), encoding="utf-8")
    hinomi("scan", str(leak), "--open")
    (counts,) = hinomi("rescan", "--since", "2026-01-01", "--json")[1]
    assert counts == {
        "documents": 0,
        "leaks": 0,
        "overlaps": 0,
        "unread": 0,
        "clear": 0,
        "failed": 0,
        "put_off": 0,
        "opened": 0,
        "reposts": 0,
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["incidents", "show", "7"], "no incident 7"),
        (["incident", "7", "act", "close"], "no incident 7"),
        (["incidents", "search", "on:2026-02-30"], "is no date"),
        (["incident", "7", "act", "explode"], "explode"),
    ],
)
def test_wrong_use_ends_with_a_message_and_code_2(hinomi: Command, arguments: list[str], said: str) -> None:
    code, _, err = hinomi(*arguments)
    assert code == 2
    assert said in err


@pytest.mark.parametrize(
    "command", [["incidents", "list"], ["incidents", "show", "1"], ["incidents", "search", "list"]]
)
def test_tables_for_people_show_what_strangers_wrote_as_it_is(
    hinomi: Command, tmp_path: Path, command: list[str]
) -> None:
    leak = tmp_path / "[red]\x1b[31mlist.txt"
    leak.write_text(leak_text(), encoding="utf-8")
    hinomi("scan", str(leak), "--open")
    shown = subprocess.check_output([*hinomi.start, *command], env=hinomi.environment, text=True)
    assert shown.strip()
    assert "\x1b[31m" not in shown


@pytest.mark.parametrize("room", ["documents", "events"])
def test_results_are_exported_for_a_reason_and_the_event_comes_first(
    hinomi: Command, tmp_path: Path, room: str
) -> None:
    leak, target = tmp_path / "=cmd|'x'!A1 list.txt", tmp_path / f"{room}.csv"
    leak.write_text(leak_text(), encoding="utf-8")
    hinomi("scan", str(leak), "--open")
    hinomi("incident", "1", "note", "=HYPERLINK(1)")
    query = ["incidents", "search", "--in", room, "verdict:leak" if room == "documents" else "kind:note"]
    for wrong in (["--export", str(target)], ["--export", str(tmp_path / "x.xlsx"), "--reason", "hearing"]):
        assert hinomi(*query, *wrong)[0] == 2
    assert not target.exists()
    assert hinomi("incidents", "search", "kind:results-exported", "--json")[1] == []
    assert hinomi(*query, "--export", str(target), "--reason", "hearing")[0] == 0
    content = target.read_bytes()
    text = content.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["verdict"] if room == "documents" else row["kind"]) == ("leak" if room == "documents" else "note")
    # No cell of it is a formula to a spreadsheet, and what strangers wrote stays masked.
    assert not [cell for line in csv.reader(io.StringIO(text)) for cell in line if cell[:1] in {"=", "+", "-", "@"}]
    assert "list.txt" not in row.get("title", "")
    (event,) = hinomi("incidents", "search", "kind:results-exported", "--json")[1]
    told = event["data"]
    assert (told["room"], told["count"], told["reason"]) == (room, 1, "hearing")
    assert told["sha256"] == hashlib.sha256(content).hexdigest()
    # What cannot be put where it was asked for was made all the same: that is on record before.
    assert hinomi(*query, "--export", str(tmp_path / "nowhere" / "x.jsonl"), "--reason", "again")[0] == 3
    assert len(hinomi("incidents", "search", "kind:results-exported", "--json")[1]) == 2


def test_who_may_not_export_gets_no_file_and_nothing_is_on_record(hinomi: Command, tmp_path: Path) -> None:
    assert hinomi("people", "add", "jimu", "--role", "data-owner", "--extract", "x-*", "--os-user", getuser())[0] == 0
    target = tmp_path / "x.csv"
    code, _, said = hinomi("incidents", "search", "--in", "documents", "x", "--export", str(target), "--reason", "y")
    assert code != 0
    assert "export-results" in said
    assert not target.exists()


def test_a_search_that_says_nothing_is_told_of_and_no_identifier_of_an_export_stays_on_record(
    hinomi: Command, tmp_path: Path
) -> None:
    for room in ("events", "documents"):
        code, _, said = hinomi("incidents", "search", "--in", room, "(")
        assert code == 0
        assert "says nothing to look for" in said
        assert "says nothing" not in hinomi("incidents", "search", "--in", room, "x")[2]
    target, phone = tmp_path / "x.csv", "090-1234-5678"
    export = ["incidents", "search", f'"{phone}"', "--export", str(target), "--reason"]
    code, _, said = hinomi(*export, "r" * 2001)
    assert code == 2
    assert "up to 2000 characters" in said
    assert not target.exists()
    assert hinomi(*export, "a request")[0] == 0
    (event,) = hinomi("incidents", "search", "kind:results-exported", "--json")[1]
    assert "1234" not in str(event)
