"""A home in which no customer number is enrolled says so wherever one is needed, and denies nobody."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING

import pytest

from cli.main import run
from tests.small_carrier import PEOPLE, leak_text

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def numberless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose customers were enrolled by name and phone, and one of whose accounts opened all who leaked."""
    monkeypatch.setenv("HINOMI_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    people, leak, log = (tmp_path / name for name in ("people.csv", "leak.txt", "access.csv"))
    rows = [f"{person[1]},{person[6]},{person[7]}" for person in PEOPLE]
    people.write_text("\n".join(["氏名,携帯電話番号,メールアドレス", *rows]), encoding="utf-8")
    leak.write_text(leak_text(), encoding="utf-8")
    lines = [f"2026/10/05 02:00:0{n},op-night,K{n:06d}" for n in range(6)]
    log.write_text("\n".join(["日時,作業者ID,お客様番号", *lines]), encoding="utf-8")
    assert run(["init"]) == 0
    assert run(["enroll", str(people), "--extract", "x", "--json"]) == 0
    return tmp_path


def test_every_step_says_that_no_number_is_enrolled(numberless: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trails", "import", str(numberless / "access.csv"), "--system", "crm", "--json"]) == 0
    assert "no customer number is enrolled" in capsys.readouterr().err
    run(["doctor", "--json"])
    assert "no_numbers" in (said := capsys.readouterr()).out or "customer number" in said.out + said.err
    assert run(["scan", str(numberless / "leak.txt"), "--open", "--json"]) == 10
    capsys.readouterr()
    assert run(["root-cause", "1", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["conclusion"], found["outside"]["first"]) == ("unknown", False)
    assert (found["comparable"]["compared"], found["comparable"]["without_number"]) == (0, 6)
    assert "6 of the 6 leaked customers have no customer number" in found["sentences"]["en"]
    assert "顧客番号がなく" in found["sentences"]["ja"]
