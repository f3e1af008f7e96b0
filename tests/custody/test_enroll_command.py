"""`hinomi enroll`: shows what it understood, asks only a person, ends with the object scripts rely on."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from fingerprints.pairs import PAIRS
from tests.custody.test_enrolment import write_csv
from tests.fingerprints.people import customers
from tests.servers.child import ended

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
    assert (folder.returncode, "is a directory" in folder.stderr) == (2, True)


def test_a_home_without_customer_numbers_says_so_wherever_one_is_needed(tmp_path: Path, enrolled_home: Path) -> None:
    path = write_csv(tmp_path / "c.csv", {k: v for k, v in customers(range(12)).items() if k != "customer_number"})
    done = _hinomi(enrolled_home, "enroll", str(path), "--extract", "calls", "--yes")
    assert "no customer number is enrolled" in " ".join(done.stderr.split())
    assert "has a customer number" in " ".join(_hinomi(enrolled_home, "doctor").stderr.split())
    log = tmp_path / "log.csv"
    log.write_text("time,operator,customer\n2026-05-01 09:00:00,op1,K000001\n", encoding="utf-8")
    read = _hinomi(enrolled_home, "trails", "import", str(log), "--system", "crm", "--yes")
    assert "no customer number is enrolled" in " ".join(read.stderr.split())


def _answered(home: Path, answer: str, *args: str) -> tuple[int, str]:
    """What the command says on a terminal on which somebody answers its question."""
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "cli", "--home", str(home), *args]
    with ended(subprocess.Popen(command, stdin=slave, stdout=slave, stderr=subprocess.PIPE, text=True)) as asked:
        os.close(slave)
        os.write(master, answer.encode())
        _, said = asked.communicate(timeout=120)
    os.close(master)
    return asked.returncode, said


def test_the_question_defaults_to_no_where_a_warning_stands(tmp_path: Path, enrolled_home: Path) -> None:
    people = customers(range(12))
    whole = write_csv(tmp_path / "whole.csv", people)
    bare = write_csv(tmp_path / "bare.csv", {k: v for k, v in people.items() if k != "customer_number"})
    assert _answered(enrolled_home, "\n", "enroll", str(whole), "--extract", "a")[0] == 0
    code, said = _answered(enrolled_home, "\n", "enroll", str(bare), "--extract", "b")
    assert code != 0
    assert "[y/N]" in said
    assert _answered(enrolled_home, "y\n", "enroll", str(bare), "--extract", "b")[0] == 0


def test_half_a_name_stops_and_the_columns_are_shown_masked(tmp_path: Path, enrolled_home: Path) -> None:
    people = customers(range(12))
    path = write_csv(tmp_path / "c.csv", people | {"name": ["大野", "中村", "渡辺", "木村"] * 3})
    stopped = _hinomi(enrolled_home, "enroll", str(path), "--extract", "calls", "--yes")
    assert stopped.returncode == 2
    assert "氏名: holds half of a name" in stopped.stderr
    assert "大＊" in stopped.stderr
    assert "大野" not in stopped.stderr
    without = ["--map", "name=", "--yes", "--json"]
    assert _hinomi(enrolled_home, "enroll", str(path), "--extract", "calls", *without).returncode == 0


def test_several_columns_of_a_field_and_letters_reach_the_index(tmp_path: Path, enrolled_home: Path) -> None:
    lines = [f"K{n:06},090-0000-00{n:02},03-0000-00{n:02},大野 義人" for n in range(1, 13)]
    path = tmp_path / "c.csv"
    path.write_text("\n".join(["番号,携帯,x,氏名", *lines]), encoding="utf-8")
    mapped = ["--map", "customer_number=A,phone=B,phone=3", "--map", "name=氏名,kana="]
    done = _hinomi(enrolled_home, "enroll", str(path), "--extract", "calls", *mapped, "--json")
    assert done.returncode == 0, done.stderr
    leak = tmp_path / "leak.txt"
    leak.write_text("\n".join(f"03-0000-00{n:02} 大野 義人" for n in range(1, 13)), encoding="utf-8")
    scan = _hinomi(enrolled_home, "scan", str(leak), "--json")
    assert json.loads(scan.stdout.splitlines()[0])["subjects"] == 12
