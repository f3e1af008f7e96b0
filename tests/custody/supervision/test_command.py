"""`hinomi supervision`, as somebody types it."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook

from cli.main import run
from custody.supervision import records

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
    both = ("--role", "auditor", "--role", "data-owner", "--extract", "*")
    says("people", "add", "both", *both, "--os-user", "both-lines")
    act_as(monkeypatch, "second-line")
    (checked,) = says("supervision", "check", number, "confirmed", "--json")
    assert checked["check_result"] == "confirmed"
    says("supervision", "record", "training", "架空販売", "--happened-on", "2026-05-02", code=2)
    act_as(monkeypatch, "both-lines")
    (own,) = says("supervision", "record", "training", "架空販売", "--happened-on", "2026-05-02", "--json")
    says("supervision", "check", str(own["record"]), "confirmed", code=2)


def act_as(monkeypatch: pytest.MonkeyPatch, user: str) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setitem(os.environ, name, user)


def test_who_may_do_what_on_the_pages_may_do_it_here_and_nothing_else(
    says: Callable[..., list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("sales-1", "billing-1"):
        says("extracts", "add", name, "--to", "架空販売", "--on", "2026-04-01")
    paper = ("supervision", "record", "certificate", "架空販売", "--topic", "erasure", "--happened-on", "2026-05-01")
    number = str(
        says("supervision", "record", "training", "架空販売", "--happened-on", "2026-05-01", "--json")[0]["record"]
    )
    certificate = str(says(*paper, "--extract", "sales-1", "--json")[0]["record"])
    for login, *roles in (
        ("audit", "--role", "auditor"),
        ("keeper", "--role", "administrator"),
        ("owner", "--role", "data-owner", "--extract", "billing-*"),
        ("mixed", "--role", "data-owner", "--role", "administrator", "--extract", "billing-*"),
    ):
        says("people", "add", login, *roles, "--os-user", login)
    file, book = tmp_path / "a.csv", tmp_path / "all.xlsx"
    file.write_text("kind_of,processor\n", encoding="utf-8")
    writes = (
        ("contract", "架空販売", "--contract", "B"), ("record", "training", "架空販売", "--happened-on", "2026-05-03"),
        ("attach", number, str(file)), ("import", str(file)), ("withdraw", number, "--reason", "x"),
    )  # fmt: skip
    reads = (("due", "--json"), ("show", "架空販売", "--json"), ("numbers", "--json"))
    told = {}
    for login, may_write, may_export in (("nobody", 2, 2), ("audit", 2, 0), ("owner", 2, 2), ("keeper", 0, 2)):
        act_as(monkeypatch, login)
        told[login] = [says("supervision", *one, code=2 if login == "nobody" else 0) for one in reads]
        says("supervision", "export", "--out", str(book), code=may_export)
        for one in writes:
            says("supervision", *one, code=may_write)
        says("supervision", "withdraw", certificate, "--reason", "x", code=2)
        says(*paper, "--extract", "billing-1", code=2)
    assert {one["what"] for one in told["owner"][0] if one["duty"] == "certificate"} <= {"–"}
    assert "lent" in {one["group"] for one in told["audit"][2]}
    assert "lent" not in {one["group"] for one in told["keeper"][2]}
    act_as(monkeypatch, "mixed")
    for name, code in (("sales-1", 2), ("nothing", 2), ("billing-1", 0)):
        says(*paper, "--extract", name, code=code)


def test_what_is_too_large_is_not_attached(
    says: Callable[..., list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made = says("supervision", "record", "training", "架空販売", "--happened-on", "2026-05-01", "--json")[0]
    file = tmp_path / "proof.txt"
    file.write_bytes(b"12345")
    monkeypatch.setattr(records, "LARGEST_BYTES", 4)
    says("supervision", "attach", str(made["record"]), str(file), code=2)
    monkeypatch.setattr(records, "LARGEST_BYTES", 5)
    says("supervision", "attach", str(made["record"]), str(file))


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
