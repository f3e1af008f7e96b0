"""`hinomi enroll`: shows what it understood, asks only a person, ends with the object scripts rely on."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from fingerprints.pairs import PAIRS
from tests.custody.test_enrolment import write_csv
from tests.fingerprints.people import customers

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def enrolled_home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    _hinomi(home, "init")
    return home


def _hinomi(home: Path, *args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cli", "--home", str(home), *args]
    return subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


def test_the_command_ends_with_the_contracts_object(tmp_path: Path, enrolled_home: Path) -> None:
    path = write_csv(tmp_path / "c.csv", customers(range(12)), encoding="cp932")
    options = ["--extract", "calls", "--processor", "Callers", "--as-of", "2026-04-01", "--json"]
    done = _hinomi(enrolled_home, "enroll", str(path), *options)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert (result["extract"], result["rows"], result["subjects"], result["rejected"]) == ("calls", 12, 12, [])
    assert result["fingerprints"] == 12 * (8 + len(PAIRS) + 2)  # a name has two halves, each in two pairs
    assert result["seconds"] > 0
    assert result["peak_mib"] > 10
    assert "携帯電話番号" in done.stderr
    assert "cp932" in done.stderr
    for value in ("K000003", "090-0000-0003", "user3@carrier.example"):
        assert value not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["missing.csv"], 2, "missing.csv"),
        (["c.csv", "--as-of", "yesterday"], 2, "'yesterday' is no date"),
        (["c.csv", "--map", "phone"], 2, "has no '='"),
        (["c.csv", "--map", "phone=nowhere"], 2, "no column 'nowhere'"),
        (["c.csv", "--map", "phone=氏名"], 1, "was taken for phone"),
    ],
)
def test_wrong_use_is_refused_with_a_hint(
    tmp_path: Path, enrolled_home: Path, args: list[str], code: int, said: str
) -> None:
    write_csv(tmp_path / "c.csv", customers(range(30)))
    done = _hinomi(enrolled_home, "enroll", str(tmp_path / args[0]), *args[1:], "--extract", "calls", "--json")
    assert done.returncode == code
    assert said in done.stderr
    assert done.stdout == ""


def test_without_a_person_to_ask_it_wants_yes(tmp_path: Path, enrolled_home: Path) -> None:
    path = write_csv(tmp_path / "c.csv", customers(range(5)))
    done = _hinomi(enrolled_home, "enroll", str(path), "--extract", "calls")
    assert done.returncode == 2
    assert "--yes" in done.stderr
    assert _hinomi(enrolled_home, "enroll", str(path), "--extract", "calls", "--yes").returncode == 0
    folder = _hinomi(enrolled_home, "enroll", str(tmp_path), "--extract", "calls", "--yes")
    assert (folder.returncode, "is a folder" in folder.stderr) == (2, True)


def test_a_home_without_customer_numbers_says_so_wherever_one_is_needed(tmp_path: Path, enrolled_home: Path) -> None:
    path = write_csv(tmp_path / "c.csv", {k: v for k, v in customers(range(12)).items() if k != "customer_number"})
    done = _hinomi(enrolled_home, "enroll", str(path), "--extract", "calls", "--yes")
    assert "no customer number is enrolled" in " ".join(done.stderr.split())
    assert "has a customer number" in " ".join(_hinomi(enrolled_home, "doctor").stderr.split())
    log = tmp_path / "log.csv"
    log.write_text("time,operator,customer\n2026-05-01 09:00:00,op1,K000001\n", encoding="utf-8")
    read = _hinomi(enrolled_home, "trails", "import", str(log), "--system", "crm", "--yes")
    assert "no customer number is enrolled" in " ".join(read.stderr.split())
