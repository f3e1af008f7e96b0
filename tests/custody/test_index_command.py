"""`hinomi index` and what `hinomi doctor` says of it, as the real commands."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.custody.test_enrolment import write_csv
from tests.fingerprints.people import customers

if TYPE_CHECKING:
    from pathlib import Path


def _hinomi(home: Path, *args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cli", "--home", str(home), *args]
    return subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home in which a list was enrolled, and a month later again with one more customer."""
    home = tmp_path / "home"
    _hinomi(home, "init")
    for day, count in (("2026-04-01", 30), ("2026-05-01", 31)):
        path = write_csv(tmp_path / f"{day}.csv", customers(range(count)))
        done = _hinomi(home, "enroll", str(path), "--extract", "calls", "--as-of", day, "--json")
        assert done.returncode == 0, done.stderr
    last = json.loads(done.stdout)
    assert (last["unchanged"], last["changed"], last["subjects"]) == (30, 1, 31)
    return home


def _looks(home: Path) -> list[tuple[str, str]]:
    lines = _hinomi(home, "doctor", "--json").stdout.splitlines()
    return [(one["level"], one["seen"]) for one in map(json.loads, lines) if one["about"] == "index"]


def test_the_index_is_shown_and_compacted(home: Path) -> None:
    shown = json.loads(_hinomi(home, "index", "show", "--json").stdout)
    assert [(one["as_of"], one["customers"]) for one in shown["enrolments"]] == [("2026-04-01", 30), ("2026-05-01", 31)]
    assert sum(one["new"] for one in shown["segments"]) == 31
    done = json.loads(_hinomi(home, "index", "compact", "--json").stdout)
    assert done["after"] == 1
    text = _hinomi(home, "index", "show").stdout
    assert "31 customers" in text
    assert "2026-05-01  calls: 31 customers from 31 rows" in text


def test_the_doctor_names_the_damaged_file_and_what_serves(home: Path) -> None:
    assert [level for level, _seen in _looks(home)] == ["ok"]
    current = (home / "index" / "CURRENT").read_text(encoding="ascii").strip()
    manifest = home / "index" / current / "manifest.json"
    content = manifest.read_bytes()
    manifest.write_bytes(content[:-20])
    [(level, seen)] = _looks(home)
    assert level == "bad"
    assert str(manifest) in seen
    assert "serves in its place" in seen
    scanned = _hinomi(home, "scan", str(home.parent / "2026-04-01.csv"), "--json")
    assert scanned.returncode == 10
    assert str(manifest) in scanned.stderr.replace("\n", "")
    manifest.write_bytes(content)


def test_the_doctor_tells_of_a_change_of_key_and_of_runs_that_died(home: Path) -> None:
    _hinomi(home, "key", "rotate")
    (home / "index" / "g000099.part").mkdir()
    notes = [seen for level, seen in _looks(home) if level == "note"]
    assert len(notes) == 2
    assert "the key is being changed" in notes[0]
    assert "g000099.part" in notes[1]
