"""The life of a processor's copy of an extract: a table of states and actions, and when a copy is overdue. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from custody.errors import RegisterError
from custody.models import LENT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

RETURNED, ERASED, OVERDUE = "returned", "erased", "overdue"
STATES: Final = (LENT, RETURNED, ERASED)
COPY, RETURN, ERASE, REOPEN = "copy", "return", "erase", "reopen"

TABLE: Final[dict[str, dict[str, str]]] = {
    COPY: {LENT: LENT},
    RETURN: {LENT: RETURNED},
    ERASE: {LENT: ERASED, RETURNED: ERASED},
    REOPEN: {RETURNED: LENT, ERASED: LENT},
}
"""Action → state before → state after. Copying on leaves the giver's copy where it is; the new one begins as lent."""
ACTIONS: Final = tuple(TABLE)


def state_after(state: str, action: str) -> str:
    """The state that an action leads to.

    Raises:
        RegisterError: There is no such action, or not from this state.
    """
    if action not in TABLE:
        raise RegisterError(f"{action!r} is no action", hint=f"Expected one of {', '.join(ACTIONS)}.")
    if state not in TABLE[action]:
        allowed = ", ".join(name for name, steps in TABLE.items() if state in steps)
        raise RegisterError(
            f"{action!r} is not possible while {state}", hint=f"Possible now: {allowed}.", key="not_now"
        )
    return TABLE[action][state]


def summary_of(states: Iterable[str]) -> str:
    """The state of an extract from those of its copies: lent while one is, erased when all are."""
    found = set(states)
    return LENT if LENT in found or not found else RETURNED if RETURNED in found else ERASED


def standing(state: str, due_on: date | None, today: date) -> str:
    """The state as it is shown: a copy still lent after its due day is overdue."""
    return OVERDUE if state == LENT and due_on is not None and due_on < today else state
