"""`hinomi canaries`: rows to be mixed in, private on disk, and counts that tell nobody which they are."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

from click.testing import CliRunner, Result

from cli.main import hinomi
from core.errors import UsageError
from tests.custody.test_enrolment import write_csv
from tests.fingerprints.people import customers

if TYPE_CHECKING:
    from pathlib import Path


def _run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(hinomi, ["--home", str(home), *arguments])


def test_rows_come_in_the_extracts_own_columns_and_are_counted_once_enrolled(tmp_path: Path) -> None:
    home = tmp_path / "home"
    _run(home, "init")
    extract = write_csv(tmp_path / "calls.csv", customers(range(30), without=("kana",)))
    out = tmp_path / "canaries.csv"
    make = ("canaries", "make", "--extract", "calls", "--count", "4", "--out", str(out), "--like", str(extract))
    assert _run(home, "enroll", str(extract), "--extract", "earlier", "--json").exit_code == 0
    assert _run(home, *make).exit_code == 0
    assert isinstance(_run(home, *make).exception, UsageError)
    assert out.stat().st_mode & 0o777 == 0o600
    with extract.open(encoding="utf-8", newline="") as theirs, out.open(encoding="utf-8", newline="") as ours:
        header, *rows = csv.reader(ours)
        assert header == next(csv.reader(theirs))
        assert [len(list(filter(None, row))) for row in rows] == [7] * 4
    with extract.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    before = _run(home, "canaries", "list", "--json").stdout
    assert json.loads(before) == {"extract": "calls", "made": 4, "enrolled": 0}
    assert _run(home, "enroll", str(extract), "--extract", "calls", "--json").exit_code == 0
    assert _run(home, "canaries", "list").stdout.split() == ["extract", "made", "enrolled", "calls", "4", "4"]
    done = _run(home, "scan", str(out), "--json")
    assert done.exit_code == 10
    found = json.loads(done.stdout)["extracts"][0]
    assert (found["extract"], "canary" in found["terms"], found["tied_with"]) == ("calls", True, [])
    assert "a canary of it is in there" in _run(home, "scan", str(out)).stdout
