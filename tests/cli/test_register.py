"""`hinomi processors` and `hinomi extracts`: the register kept from the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from cli.main import hinomi
from core.errors import HinomiError, UsageError
from custody.errors import RegisterError
from tests.custody.test_enrolment import write_csv
from tests.fingerprints.people import customers

if TYPE_CHECKING:
    from pathlib import Path


class Shell:
    """Runs commands in one home."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def __call__(self, *arguments: str) -> list[dict[str, Any]]:
        """What a command printed, one object a line; its error, if it fails."""
        done = CliRunner().invoke(hinomi, ["--home", str(self._home), *arguments])
        if isinstance(done.exception, HinomiError):
            raise done.exception
        assert done.exit_code == 0, done.output
        return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    run = Shell(tmp_path / "home")
    run("init")
    run("processors", "add", "架空販売", "--contract", "A", "--country", "JP", "--on", "2026-04-01")
    run("processors", "add", "架空コール", "--under", "架空販売", "--contract", "B", "--on", "2026-04-01")
    run("extracts", "add", "calls", "--to", "架空販売", "--columns", "氏名,電話番号", "--due-on", "令和8年9月30日",
        "--size", "900", "--medium", "USB", "--on", "2026-04-01")  # fmt: skip
    return run


def test_consent_is_not_known_until_it_is_given_or_refused(shell: Shell) -> None:
    assert [one["lacks_consent"] for one in shell("processors", "list", "--json")] == [False, False]
    assert [one["consent_unknown"] for one in shell("processors", "list", "--json")] == [False, True]
    assert [one["consent"] for one in shell("processors", "list", "--json")] == [None, "unknown"]
    assert {(one["processor"], one["consent"]) for one in shell("extracts", "list", "--json")} == {("架空販売", "")}
    (changed,) = shell("processors", "set", "架空コール", "--consent", "refused", "--json")
    assert changed["consent"] == "refused"
    assert [one["lacks_consent"] for one in shell("processors", "list", "--json")] == [False, True]
    (changed,) = shell("processors", "set", "架空コール", "--consent", "given", "--consent-on", "2026-03-20", "--json")
    assert (changed["consent"], changed["consent_on"], changed["under"]) == ("given", "2026-03-20", "架空販売")
    assert [one["lacks_consent"] for one in shell("processors", "list", "--json")] == [False, False]
    (changed,) = shell("processors", "set", "架空コール", "--consent", "unknown", "--json")
    assert (changed["consent"], changed["consent_on"]) == ("unknown", None)
    shell("processors", "list")


def test_a_copy_goes_its_way(shell: Shell, tmp_path: Path) -> None:
    shell("extracts", "copy", "calls", "--from", "架空販売", "--to", "架空コール", "--on", "2026-05-01")
    assert len(shell("extracts", "overdue", "--as-of", "2026-10-01", "--json")) == 2
    shell("extracts", "return", "calls", "--holder", "架空コール", "--on", "2026-09-01")
    shell(
        "extracts", "erase", "calls", "--holder", "架空コール", "--certified-on", "2026-09-03", "--certificate", "C-1"
    )
    (late,) = shell("extracts", "overdue", "--as-of", "2026-10-01", "--json")
    assert (late["processor"], late["columns"], late["medium"]) == ("架空販売", ["name", "phone"], "USB")
    (shown,) = shell("extracts", "show", "calls", "--json")
    assert [event["kind"] for event in shown["events"]] == ["extract-added", "lent", "copied-on", "returned", "erased"]
    shell("extracts", "show", "calls")
    shell("extracts", "reopen", "calls", "--holder", "架空コール", "--reason", "found one", "--on", "2026-09-10")
    shell("extracts", "set", "calls", "--due-on", "2026-12-31")
    states = [line["standing"] for line in shell("extracts", "list", "--as-of", "2026-09-05", "--json")]
    assert states == ["lent", "erased"]
    out = tmp_path / "register.csv"
    shell("extracts", "export", "--out", str(out))
    (done,) = shell("extracts", "import", str(out), "--json")
    assert done == {"rows": 2, "changed": 0, "rejected": []}
    with pytest.raises(UsageError, match="exists"):
        shell("extracts", "export", "--out", str(out))


def test_wrong_use_says_what_is_wrong(shell: Shell) -> None:
    for arguments, said in (
        (("extracts", "show", "nothing"), "no extract 'nothing'"),
        (("extracts", "lend", "calls", "--to", "nobody"), "no processor 'nobody'"),
        (("extracts", "overdue", "--as-of", "soon"), "'soon' is no date"),
        (("processors", "add", "架空販売"), "already"),
    ):
        with pytest.raises(RegisterError, match=said):
            shell(*arguments)
    with pytest.raises(UsageError, match="either an extract or --customers"):
        shell("extracts", "holders")


def test_customers_are_forgotten_for_good(shell: Shell, tmp_path: Path) -> None:
    extract = write_csv(tmp_path / "c.csv", customers(range(30)))
    shell("enroll", str(extract), "--extract", "all", "--json")
    asked = tmp_path / "asked.txt"
    asked.write_text("K000003\n\nK000777\n", encoding="utf-8")
    (done,) = shell("subjects", "forget", "--file", str(asked), "--json")
    assert (done["subjects"], done["unknown"]) == (1, 1)
    asked.write_text("\n", encoding="utf-8")
    with pytest.raises(UsageError, match="no customer number"):
        shell("subjects", "forget", "--file", str(asked), "--yes")
