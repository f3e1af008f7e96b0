"""`hinomi supervision`, as somebody types it."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook

from cli.main import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Says = "Callable[..., list[dict[str, Any]]]"


@pytest.fixture
def says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., list[dict[str, Any]]]:
    """Runs a command in a home of its own; gives the JSON lines it printed, or checks how it failed."""
    home = tmp_path / "home"

    def typed(*arguments: str, code: int = 0) -> list[dict[str, Any]]:
        assert run(["--lang", "en", "--home", str(home), *arguments]) == code, capsys.readouterr()
        return [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]

    typed("init")
    typed("processors", "add", "架空販売", "--contract", "A", "--on", "2026-04-01")
    typed("processors", "add", "架空コール", "--under", "架空販売", "--contract", "B", "--on", "2026-04-01")
    return typed


def test_contracts_and_records_are_entered_shown_and_due(
    says: Callable[..., list[dict[str, Any]]], tmp_path: Path
) -> None:
    (added,) = says("supervision", "contract", "架空コール", "--company", "架空でんき", "--contract", "A", "--json")
    assert (added["stage"], added["company"], added["under"]) == ("before", "架空でんき", None)
    number = str(added["contract"])
    (moved,) = says("supervision", "contract", "架空コール", "--number", number, "--stage", "at", "--json")
    assert moved["stage"] == "at"
    says("supervision", "contract", "架空販売", "--number", number, "--stage", "during", code=2)
    says("supervision", "contract", "架空コール", "--number", number, "--stage", "before", code=2)
    (consent,) = says(
        "supervision",
        "record",
        "consent",
        "架空コール",
        "--result",
        "given",
        "--happened-on",
        "令和8年4月2日",
        "--json",
    )
    assert consent["happened_on"] == "2026-04-02"
    (sheet,) = says(
        "supervision", "record", "check-sheet", "架空コール", "--topic", "service", "--happened-on", "2026-04-03",
        "--answer", "tec-auth=yes", "--answer", "ext-country=no", "--json",
    )  # fmt: skip
    assert {number: one["answer"] for number, one in sheet["data"].items()} == {"tec-auth": "yes", "ext-country": "no"}
    says("supervision", "record", "check-sheet", "架空コール", "--topic", "service", "--happened-on", "2026-04-03",
         "--answer", "tec-auth", code=2)  # fmt: skip
    tomorrow = str((datetime.now(UTC) + timedelta(days=2)).date())
    says("supervision", "record", "training", "架空コール", "--happened-on", tomorrow, code=2)
    file = tmp_path / "証明.pdf"
    file.write_bytes(b"made up")
    (attached,) = says("supervision", "attach", str(sheet["record"]), str(file), "--question", "tec-auth", "--json")
    assert attached["documents"][0]["name"] == "証明.pdf"
    (shown,) = says("supervision", "show", "架空コール", "--json")
    assert len(shown["contracts"]) == 2
    assert {one["kind"] for one in shown["records"]} == {"consent", "check-sheet"}
    due = says("supervision", "due", "--json", "--processor", "架空コール", "--within", "0")
    assert "consent" not in {one["duty"] for one in due}
    assert "clauses" in {one["duty"] for one in due}
    (withdrawn,) = says("supervision", "withdraw", str(sheet["record"]), "--reason", "twice", "--json")
    assert withdrawn["withdrawn_on"]
    says("verify")


def test_nobody_without_the_role_checks_and_nobody_their_own(
    says: Callable[..., list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    (made,) = says("supervision", "record", "training", "架空販売", "--happened-on", "2026-05-01", "--json")
    number = str(made["record"])
    says("supervision", "check", number, "confirmed", code=2)
    says("people", "add", "audit", "--role", "auditor", "--os-user", "second-line")
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setitem(os.environ, name, "second-line")
    (checked,) = says("supervision", "check", number, "confirmed", "--json")
    assert checked["check_result"] == "confirmed"
    (own,) = says("supervision", "record", "training", "架空販売", "--happened-on", "2026-05-02", "--json")
    says("supervision", "check", str(own["record"]), "confirmed", code=2)


def test_numbers_come_as_lines_lists_and_files(says: Callable[..., list[dict[str, Any]]], tmp_path: Path) -> None:
    found = says("supervision", "numbers", "--on", "2026-06-01", "--json", "--list")
    cells = [one for one in found if one["group"] == "processors"]
    assert {(one["tier"], one["kind"], one["count"]) for one in cells} == {("direct", "A", 1), ("sub", "B", 1)}
    assert cells[0]["list"][0]["processor"] in {"架空販売", "架空コール"}
    assert says("supervision", "numbers", "--fiscal-year", "2024", "--json")[0]["to"] == "2025-03-31"
    says("supervision", "numbers", "--fiscal-year", "2024", "--on", "2024-05-01", code=2)
    book, draft = tmp_path / "numbers.xlsx", tmp_path / "draft.docx"
    says("supervision", "numbers", "--xlsx", str(book), "--docx", str(draft))
    assert draft.read_bytes().startswith(b"PK")
    assert len(load_workbook(book).sheetnames) > 5
    says("supervision", "numbers", "--xlsx", str(book), code=2)


def test_a_workbook_goes_out_and_in(says: Callable[..., list[dict[str, Any]]], tmp_path: Path) -> None:
    file = tmp_path / "all.xlsx"
    says("supervision", "export", "--out", str(file))
    (done,) = says("supervision", "import", str(file), "--json")
    assert (done["rows"], done["changed"], done["rejected"]) == (2, 0, [])
    assert {one["name"] for one in says("supervision", "sheets", "--json")} == {"processing", "service", "carrier"}
