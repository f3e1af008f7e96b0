"""What an incident's page answers at first sight: how many, what, whose copy, who touched it, what is next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crawler.record.standing import tally
from custody.ranking import NONE_OF_THESE
from custody.register.overview import register_on
from custody.supervision.beside import supervised_on
from incidents.desk.next_step import Standing, next_step
from incidents.desk.places import places_of
from incidents.timeline.attention import acknowledged_by
from people.roles import Permission, may

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from core.actors import Actor
    from crawler.record.standing import StandingTally
    from custody.register.overview import Line
    from custody.supervision.beside import Supervised
    from incidents.casework.reading import Casework
    from incidents.desk.next_step import DueReport, NextStep
    from incidents.desk.places import Telling
    from incidents.views import IncidentLine

MOST_COPIES = 6


@dataclass(frozen=True, slots=True)
class ExtractLine:
    """One extract in the ranking; an empty name is "none of these"."""

    name: str
    processor: str
    covered: int
    of: int
    size: int
    score: float
    tied_with: tuple[str, ...]

    @property
    def part(self) -> float:
        """The share of the leaked customers that it explains."""
        return min(self.covered / self.of, 1.0) if self.of else 0.0


@dataclass(frozen=True, slots=True)
class Touch:
    """What the last ranking of the access records says, as far as whoever looks may see it; its names are masked.

    ``best`` is the first holder, none when the records explain nothing.
    """

    asked_at: datetime
    conclusion: str
    best: Mapping[str, Any] | None
    systems: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Glance:
    """The answers.

    Attributes:
        extracts: The ranking, best first.
        copies: Copies of the first extract that there are or were, at most `MOST_COPIES`.
        more_copies: How many are left.
        supervised: How their holders were supervised, by the holder's number; empty for who may not see it.
        touch: Who touched these customers; none before anybody asked, or for who may not see it.
        standing: Whether the places still stand.
        looked_after_by: Who said that they look after it.
        step: What is next for whoever looks.
    """

    extracts: tuple[ExtractLine, ...]
    copies: tuple[Line, ...]
    more_copies: int
    supervised: Mapping[int, Supervised]
    touch: Touch | None
    standing: StandingTally
    looked_after_by: str
    step: NextStep


def glance(
    session: Session, line: IncidentLine, telling: Telling, casework: Casework, *,
    actor: Actor, language: str, today: date, reports: Sequence[DueReport] = (),
) -> Glance:  # fmt: skip
    """Everything that the top of the page of an incident shows."""
    extracts = tuple(_extract(found, line) for found in telling.extracts)
    first = extracts[0].name if extracts else ""
    copies = [one for one in register_on(session, today, only=(first,)) if one.processor] if first else []
    looked_after_by = acknowledged_by(session, line.id)
    touch = _touch(session, line.id, language)
    lacking = {one.what for one in casework.lacking}
    standing = Standing(looked_after_by, touch is not None, casework.tasks, lacking, reports)
    return Glance(
        extracts, tuple(copies[:MOST_COPIES]), len(copies[MOST_COPIES:]),
        _supervised(session, copies[:MOST_COPIES], actor, today),
        touch if may(actor, Permission.SEE_CAUSE) else None, tally(session, places_of(session, line.id)),
        looked_after_by, next_step(line, standing, me=actor.name, roles=actor.roles),
    )  # fmt: skip


def _supervised(session: Session, copies: Sequence[Line], actor: Actor, today: date) -> dict[int, Supervised]:
    """How the holders of copies were supervised."""
    holders = {one.processor_id for one in copies if one.processor_id is not None}
    return supervised_on(session, today, holders) if may(actor, Permission.SEE_SUPERVISION) else {}


def _touch(session: Session, incident_id: int, language: str) -> Touch | None:
    from root_cause.stored import read_ranking

    stored = read_ranking(session, incident_id, language)
    if stored is None:
        return None
    found = stored.found
    holders = [one for one in found["holders"] if not one["explains_nothing"]]
    best = holders[0] if holders and found["conclusion"] == "holder" else None
    return Touch(stored.asked_at, found["conclusion"], best, tuple(found.get("systems", ())), found["sentence"])


def _extract(found: Mapping[str, Any], line: IncidentLine) -> ExtractLine:
    return ExtractLine(
        name="" if found.get("extract") == NONE_OF_THESE else str(found.get("extract", "")),
        processor=str(found.get("processor") or ""),
        covered=int(found.get("covered", 0)),
        of=int(found.get("of") or line.subjects),
        size=int(found.get("size", 0)),
        score=float(found.get("score", 0)),
        tied_with=tuple(found.get("tied_with", ())),
    )
