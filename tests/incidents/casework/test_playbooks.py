"""Playbooks: ours are whole, a home's stand before them, and a broken one is named by file and line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.casework.playbooks import FOLDER, PlaybookError, load_playbooks, read_playbook

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """\
id = "night"
for = ["processor"]

[title]
ja = "夜間"
en = "Night"

[[step]]
id = "call"
role = "responder"
ja = "電話する"
en = "Call"

[[step]]
id = "write"
role = "data-owner"
mandatory = true
due = { after = "confirmed", days = 1, hours = 2 }
ja = "書く"
en = "Write"
"""


def put(home: Path, name: str, text: str) -> None:
    (home / FOLDER).mkdir(exist_ok=True)
    (home / FOLDER / name).write_text(text, encoding="utf-8")


def test_ours_cover_every_kind_and_hold_what_a_leak_asks_for() -> None:
    shelf = load_playbooks()
    assert shelf.problems == ()
    for kind in ("processor", "second-hand"):
        playbook = shelf.of_kind(kind)
        assert playbook is not None
        steps = {step.id for step in playbook.steps}
        assert {"secure-evidence", "confirm-with-owner", "take-down", "notify-customers", "watch-secondary"} <= steps
        assert any(step.mandatory for step in playbook.steps)
    processor = shelf.find("processor-leak")
    assert processor is not None
    assert {"processor-report-first", "processor-report-final"} <= {step.id for step in processor.steps}


def test_a_home_s_playbook_is_chosen_first_and_replaces_ours_of_its_id(home: Path) -> None:
    put(home, "night.toml", GOOD)
    put(home, "ours.toml", GOOD.replace('"night"', '"second-hand"').replace("processor", "second-hand"))
    shelf = load_playbooks(home)
    assert shelf.problems == ()
    first = shelf.of_kind("processor")
    assert first is not None
    assert first.id == "night"
    assert [step.due.in_hours for step in first.steps if step.due] == [26]
    ours = shelf.find("second-hand")
    assert ours is not None
    assert ours.title.en == "Night"


@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        (GOOD.replace('role = "data-owner"', 'role = "boss"'), 16),
        (GOOD.replace("mandatory = true", "mandotory = true"), 17),
        (GOOD.replace('after = "confirmed"', 'after = "lunch"'), 18),
        (GOOD.replace('en = "Night"\n', ""), 4),
        (GOOD.replace('id = "call"', 'id = "call'), 9),
        (GOOD.replace('for = ["processor"]', 'for = ["flood"]'), 2),
        (GOOD.replace('id = "write"', 'id = "call"'), 1),
        ("", 1),
    ],
)
def test_a_broken_one_is_named_by_file_and_line_and_others_go_on(home: Path, wrong: str, line: int) -> None:
    put(home, "broken.toml", wrong)
    put(home, "good.toml", GOOD)
    shelf = load_playbooks(home)
    assert [problem.partition(": ")[0] for problem in shelf.problems] == [f"broken.toml:{line}"]
    assert {"night", "processor-leak", "second-hand"} <= {playbook.id for playbook in shelf.playbooks}


@given(st.text())
def test_whatever_a_file_holds_it_is_a_playbook_or_told_with_a_line_of_it(text: str) -> None:
    line = 1
    try:
        read_playbook(text)
    except PlaybookError as error:
        line = error.line
    assert 1 <= line <= len(text.splitlines()) + 1
