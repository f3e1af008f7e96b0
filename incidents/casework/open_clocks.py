"""Terms of the law that run for an incident: nobody may forget one by closing it.

Whoever knows terms puts a function into `SOURCES`; there is none as long as no term is kept track of.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class OpenClock:
    """A term that runs: ``name`` says which, ``text`` what people call it, by language."""

    name: str
    text: dict[str, str]


ClockSource = Callable[[Session, int], Sequence[OpenClock]]
"""From the number of an incident to the terms that run for it."""
SOURCES: Final[list[ClockSource]] = []


def open_clocks(session: Session, incident_id: int) -> list[OpenClock]:
    """The terms that run for an incident."""
    return [clock for source in SOURCES for clock in source(session, incident_id)]
