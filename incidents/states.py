"""The states of an incident and the actions that lead from one to the next: a table, and nothing else.

Two sides confirm, the CSIRT and the data owner; the first of them makes the incident confirmed, the second is recorded
beside it. Whatever was dismissed and is opened again is confirmed if it was before
(`incidents.casework.confirmations.by_confirmations`).
"""

from __future__ import annotations

from core.actors import Role
from incidents.errors import ForbiddenActionError

OPEN, CONFIRMED, CONTAINED, CLOSED, DISMISSED = "open", "confirmed", "contained", "closed", "dismissed"
STATES = (OPEN, CONFIRMED, CONTAINED, CLOSED, DISMISSED)
LIVE = (OPEN, CONFIRMED, CONTAINED)

CONFIRM_CSIRT, CONFIRM_OWNER = "confirm-csirt", "confirm-owner"
CONTAIN, CLOSE, DISMISS, REOPEN = "contain", "close", "dismiss", "reopen"

# action -> state before -> state after
TABLE: dict[str, dict[str, str]] = {
    CONFIRM_CSIRT: {OPEN: CONFIRMED, CONFIRMED: CONFIRMED, CONTAINED: CONTAINED},
    CONFIRM_OWNER: {OPEN: CONFIRMED, CONFIRMED: CONFIRMED, CONTAINED: CONTAINED},
    CONTAIN: {CONFIRMED: CONTAINED},
    CLOSE: {CONTAINED: CLOSED},
    DISMISS: {OPEN: DISMISSED, CONFIRMED: DISMISSED},
    REOPEN: {CONTAINED: CONFIRMED, CLOSED: CONFIRMED, DISMISSED: OPEN},
}
ACTIONS = tuple(TABLE)
NEED_REASON = frozenset({DISMISS, REOPEN})
BY: dict[str, Role] = {
    CONFIRM_CSIRT: Role.RESPONDER, CONFIRM_OWNER: Role.DATA_OWNER, CONTAIN: Role.RESPONDER, CLOSE: Role.RESPONDER,
    DISMISS: Role.RESPONDER, REOPEN: Role.RESPONDER,
}  # fmt: skip
"""Whose decision an action is."""
CONFIRMATIONS = (CONFIRM_CSIRT, CONFIRM_OWNER)


def state_after(state: str, action: str, *, reason: str = "") -> str:
    """The state that ``action`` leads to.

    Raises:
        ForbiddenActionError: No such action, not from this state, or its reason is missing.
    """
    if action not in TABLE:
        raise ForbiddenActionError("no_action", action=action, allowed=", ".join(ACTIONS))
    if state not in TABLE[action]:
        allowed = ", ".join(actions_from(state)) or "–"
        raise ForbiddenActionError("not_now", action=action, state=state, allowed=allowed)
    if action in NEED_REASON and not reason.strip():
        raise ForbiddenActionError("no_reason", action=action)
    return TABLE[action][state]


def needs_second(state: str, action: str) -> bool:
    """Whether nobody may do it alone: what was confirmed as a leak is not made to vanish by one person."""
    return action == DISMISS and state == CONFIRMED


def actions_from(state: str) -> tuple[str, ...]:
    """The actions that ``state`` allows."""
    return tuple(action for action, steps in TABLE.items() if state in steps)


def is_woken_by_sighting(state: str, *, has_new_subjects: bool) -> bool:
    """Whether a new sighting brings the incident back to somebody's desk.

    What was taken down is up again, or what was closed goes on: both reopen. What was dismissed was dismissed for the
    customers it showed then, so that only further customers reopen it.
    """
    return state in {CONTAINED, CLOSED} or (state == DISMISSED and has_new_subjects)
