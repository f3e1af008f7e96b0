"""Looks at leaked data and at access records: on the record like everything else, and in a view of their own.

A timeline tells what happened to a leak and what was done about it. Who looked at what is asked by others, later, and
across incidents; between the events of a timeline it would only hide them.
"""

from __future__ import annotations

from typing import Final

READING: Final = "reading"
"""As a kind in a search, all of `READINGS` and `SIGN_INS`."""
READINGS: Final = (
    "viewed",
    "revealed",
    "numbers-revealed",
    "scanned",
    "canaries-made",
    "numbers-listed",
    "ranking-viewed",
    "names-revealed",
    "root-cause-list",
    "suspicions-viewed",
    "suspicions-revealed",
    "records-viewed",
    "records-revealed",
    "line-revealed",
)
"""Kinds of events that tell of a look."""
SIGN_INS: Final = (
    "signed-in",
    "sign-in-failed",
    "signed-out",
    "session-ended",
    "link-made",
    "password-changed",
    "second-factor-added",
    "second-factor-removed",
)
"""Kinds of events that tell of who came to the pages and went, and how they sign in."""


def expanded(kinds: tuple[str, ...]) -> tuple[str, ...]:
    """Kinds as a search names them, with `READING` for what it stands for."""
    return tuple(
        dict.fromkeys(kind for one in kinds for kind in ((*READINGS, *SIGN_INS) if one == READING else (one,)))
    )
