"""CI draws the same inputs every time; everywhere else they are new ones."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DRAW = """
from hypothesis import given, settings, strategies as st
from tests.profiles import load_profile
load_profile()
settings.load_profile({profile!r}) if {profile!r} else None
seen = []
@given(st.integers())
def draw(number):
    seen.append(number)
draw()
print(len(seen), hash(tuple(seen)))
"""


def _drawn(profile: str, *, ci: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "CI"} | ({"CI": ci} if ci else {})
    script = DRAW.format(profile=profile)
    made = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, check=True, text=True
    )
    return made.stdout


@pytest.mark.parametrize(("profile", "ci", "is_same"), [("", "true", True), ("", "", False), ("fuzz", "true", False)])
def test_ci_draws_the_same_inputs_and_all_others_new_ones(profile: str, ci: str, is_same: bool) -> None:  # noqa: FBT001  # a column of the table
    assert (_drawn(profile, ci=ci) == _drawn(profile, ci=ci)) is is_same


def test_no_test_says_for_itself_whether_it_is_random() -> None:
    ours = [file for file in (ROOT / "tests").rglob("*.py") if not file.stem.endswith("profiles")]
    assert [str(file) for file in ours if "derandomize" in file.read_text(encoding="utf-8")] == []
