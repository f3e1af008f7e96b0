"""Every check names whom its examples say, and nobody else."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from core.texts import load_texts
from trails.checks import load_checks
from trails.errors import RulesError
from trails.rules import DeclaredAccount, read_accounts

if TYPE_CHECKING:
    from pathlib import Path

    from trails.checks.interface import CheckExample, TrailCheck

CHECKS = list(load_checks().values())
EXAMPLES = [(one, example) for one in CHECKS for example in one.examples]


@pytest.mark.parametrize(("one", "example"), EXAMPLES, ids=lambda v: getattr(v, "name", ""))
def test_a_check_names_whom_its_examples_say(one: TrailCheck, example: CheckExample) -> None:
    found = list(one.find(example.look()))
    assert {suspicion.name for suspicion in found} == set(example.names)
    assert all(suspicion.check == one.name for suspicion in found)


@pytest.mark.parametrize("one", CHECKS, ids=lambda v: v.name)
def test_a_check_has_a_hit_a_miss_and_a_reason(one: TrailCheck) -> None:
    assert {bool(example.names) for example in one.examples} == {True, False}
    for language in ("ja", "en"):
        assert {f"check.{one.name}", f"check.{one.name}_why"} <= load_texts("trails", language).keys()


@pytest.mark.parametrize("one", CHECKS, ids=lambda v: v.name)
def test_what_was_checked_before_is_not_found_again(one: TrailCheck) -> None:
    for example in one.examples:
        look = example.look()
        known = type(look)(look.system, look.records.with_columns(fresh=False), look.rules)
        assert list(one.find(known)) == []


def test_declared_accounts_are_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "accounts.csv"
    assert read_accounts(file) is None
    file.write_text("account,until,may_export\nop-1,,\nbatch,2027-03-31,yes\n", encoding="utf-8-sig")
    assert read_accounts(file) == {
        "op-1": DeclaredAccount(),
        "batch": DeclaredAccount(date(2027, 3, 31), may_export=True),
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [("account\nop-1\n", "lacks the columns may_export, until"), ("account,until,may_export\nop-1,soon,\n", "'soon'")],
)
def test_a_file_of_accounts_that_cannot_be_meant_is_refused(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "accounts.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(RulesError, match=said):
        read_accounts(file)
