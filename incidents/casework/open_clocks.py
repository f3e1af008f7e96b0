"""Terms of the law that run for an incident: nobody may forget one by closing it.

`incidents.clocks` knows them; whoever knows of others puts a function into `SOURCES`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from incidents.clocks.reading import running_of


@dataclass(frozen=True, slots=True)
class OpenClock:
    """A term that runs: ``name`` says which, ``text`` what people call it, by language."""

    name: str
    text: dict[str, str]


ClockSource = Callable[[Session, int], Sequence[OpenClock]]
"""From the number of an incident to the terms that run for it."""


def deadlines_of(session: Session, incident_id: int) -> list[OpenClock]:
    """The deadlines that began and were neither met nor waived, those that were missed too."""
    return [OpenClock(row.name, row.what) for row in running_of(session, incident_id)]


SOURCES: Final[list[ClockSource]] = [deadlines_of]


def open_clocks(session: Session, incident_id: int) -> list[OpenClock]:
    """The terms that run for an incident."""
    return [clock for source in SOURCES for clock in source(session, incident_id)]
