"""What can become of a copy, and when it is overdue."""

from __future__ import annotations

from datetime import date

import pytest

from custody.errors import RegisterError
from custody.lifecycle import ACTIONS, ERASED, OVERDUE, RETURNED, STATES, TABLE, standing, state_after, summary_of
from custody.models import LENT
from custody.register.history import value_on


def test_every_state_can_be_left_and_every_action_leads_to_a_state() -> None:
    assert {state for steps in TABLE.values() for state in steps} == set(STATES)
    assert {state for steps in TABLE.values() for state in steps.values()} == set(STATES)


@pytest.mark.parametrize(("state", "action"), [(s, a) for s in STATES for a in ACTIONS if s not in TABLE[a]])
def test_what_the_table_lacks_is_refused(state: str, action: str) -> None:
    with pytest.raises(RegisterError, match=f"not possible while {state}"):
        state_after(state, action)


def test_an_unknown_action_is_refused() -> None:
    with pytest.raises(RegisterError, match="'burn' is no action"):
        state_after(LENT, "burn")


@pytest.mark.parametrize(
    ("states", "summary"),
    [([], LENT), ([ERASED, LENT], LENT), ([ERASED, RETURNED], RETURNED), ([ERASED, ERASED], ERASED)],
)
def test_an_extract_is_as_its_copies_are(states: list[str], summary: str) -> None:
    assert summary_of(states) == summary


def test_only_what_is_still_lent_is_overdue_and_only_after_its_day() -> None:
    due = date(2026, 6, 30)
    assert standing(LENT, due, date(2026, 7, 1)) == OVERDUE
    assert standing(LENT, due, due) == LENT
    assert standing(RETURNED, due, date(2027, 1, 1)) == RETURNED
    assert standing(LENT, None, date(2027, 1, 1)) == LENT


def test_a_field_holds_what_the_last_change_before_a_day_made_it() -> None:
    first, second = date(2026, 1, 1), date(2026, 5, 1)
    steps = [(first, ["a", "a"]), (second, ["a", "b"])]
    assert [value_on(steps, day, "b") for day in (date(2025, 1, 1), first, date(2026, 4, 30), second)] == list("aaab")
    assert value_on((), first, "now") == "now"
