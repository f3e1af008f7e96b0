"""Regimes as files: ours say where they come from, a home's own stand before them, broken ones are named."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import pytest

from deadlines.evaluation import evaluate
from deadlines.rulebook import SHIPPED, Regime, RegimeError, load_regimes, read_regime
from tests.deadlines.cases import USERS, at, facts

if TYPE_CHECKING:
    from pathlib import Path

SHIPPED_REGIMES = load_regimes().regimes
TEMPLATE = (SHIPPED / "internal-rules.toml").read_text(encoding="utf-8")


def home_with(home: Path, **files: str) -> Path:
    (home / "regimes").mkdir()
    for name, text in files.items():
        (home / "regimes" / f"{name}.toml").write_text(text, encoding="utf-8")
    return home


def test_every_file_that_comes_with_hinomi_can_be_read() -> None:
    assert load_regimes().problems == ()
    assert len(SHIPPED_REGIMES) == len(list(SHIPPED.glob("*.toml"))) == 8


@pytest.mark.parametrize("regime", SHIPPED_REGIMES, ids=lambda regime: regime.id)
def test_each_says_its_source_its_article_and_what_to_check_in_both_languages(regime: Regime) -> None:
    assert regime.check_before_relying.ja
    assert regime.check_before_relying.en
    assert re.search("[ぁ-ん]", regime.check_before_relying.ja)
    assert not re.search("[ぁ-ん]", regime.check_before_relying.en)
    if not regime.template:
        for words in (regime.source, *(step.source for step in regime.steps)):
            assert re.search(r"\d+条", words.ja)
            assert re.search(r"\d", words.en)
    assert regime.checked_on >= regime.valid_from


@pytest.mark.parametrize("regime", SHIPPED_REGIMES, ids=lambda regime: regime.id)
def test_terms_in_hours_never_move_and_fixed_terms_of_days_for_an_office_do(regime: Regime) -> None:
    for step in regime.steps:
        assert step.term.unit != "hours" or not step.term.rolls
        is_fixed = step.term.unit == "days" and step.term.first is None
        assert step.term.rolls == is_fixed


def test_a_template_starts_nothing_until_it_is_copied(tmp_path: Path) -> None:
    assert "internal-rules" not in {one.id for one in load_regimes().evaluated}
    home = home_with(tmp_path, own=TEMPLATE.replace("template = true\n", ""))
    book = load_regimes(home)
    assert "internal-rules" in {one.id for one in book.evaluated}
    assert len([one for one in book.regimes if one.id == "internal-rules"]) == 1


def test_a_home_supplies_the_threshold_by_a_file_of_the_same_id(tmp_path: Path) -> None:
    text = (SHIPPED / "jp-telecom-users.toml").read_text(encoding="utf-8").replace('"supply"', "1000")
    book = load_regimes(home_with(tmp_path, users=text))
    given = facts(people=1001, specific_user_information="yes")
    found = {f"{one.regime.id}/{one.step.id}": one for one in evaluate(book.evaluated, given, at("2026-11-03T10:00"))}
    assert found[USERS].state == "running"


def test_a_file_that_cannot_be_read_is_named_and_the_others_go_on(tmp_path: Path) -> None:
    book = load_regimes(home_with(tmp_path, broken="id = ", wrong=TEMPLATE.replace('"hours"', '"weeks"')))
    assert len(book.problems) == 2
    assert {"broken.toml" in problem or "wrong.toml" in problem for problem in book.problems} == {True}
    assert {one.id for one in book.regimes} == {one.id for one in SHIPPED_REGIMES}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('zone = "Asia/Tokyo"', 'zone = "Asia/Edo"', "there is no Asia/Edo"),
        ('country = "JP"', 'country = "QQ"', "no public holidays"),
        ("last = 24", "last = 24, rolls = true", "of terms in days alone"),
        ("last = 3,", "first = 4, last = 3,", "at most last"),
        ("people_over = 0 }", "people_over = 0, fact = 'secrecy' }", "exactly one"),
        ("people_over = 0 }", "fact = 'weather' }", "fact"),
        ("valid_from = 2026-01-01", "valid_from = 2026-01-01\nvalid_until = 2025-01-01", "or later"),
        ('id = "owner-department"', 'id = "management"', "stand twice"),
        ('unit = "hours", last = 24', 'unit = "hours"', "expected for hours and days"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_was_wrong(before: str, after: str, said: str) -> None:
    assert before in TEMPLATE
    with pytest.raises(RegimeError, match=re.escape(said)):
        read_regime(TEMPLATE.replace(before, after))


def test_of_two_versions_the_one_in_force_counts(tmp_path: Path) -> None:
    own = TEMPLATE.replace("template = true\n", "")
    later = own.replace("valid_from = 2026-01-01", "valid_from = 2027-01-01").replace("last = 24", "last = 12")
    book = load_regimes(home_with(tmp_path, first=own, second=later))
    versions = [one for one in book.regimes if one.id == "internal-rules"]
    assert [one.valid_until for one in versions] == [date(2026, 12, 31), None]
    for known, hours in (("2026-12-31T12:00", 24), ("2027-01-01T12:00", 12)):
        given = facts(known, people=1)
        found = [one for one in evaluate(book.evaluated, given, at(known)) if one.step.id == "management"]
        assert [one.step.term.last for one in found] == [hours]
