"""Everything that a report on an incident may say, gathered once and handed to the forms: values, no session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from core.clock import local
from custody.register.overview import register_on
from incidents import queries
from incidents.casework.reading import list_tasks
from incidents.clocks.cases import facts_of
from incidents.clocks.models import FactRow
from incidents.clocks.reading import ALL, list_clocks
from incidents.desk.places import place_page, telling_of
from incidents.desk.story import story_of
from incidents.groups import group_ids
from incidents.models import Event, Incident
from root_cause.stored import read_ranking

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from core.settings import Settings
    from custody.register.overview import Line
    from deadlines.facts import Facts
    from incidents.casework.reading import TaskLine
    from incidents.clocks.reading import ClockLine
    from incidents.desk.places import PlacePage, Telling
    from incidents.desk.story import Moment
    from incidents.views import IncidentLine
    from root_cause.stored import StoredRanking

MOST_PLACES: Final = 25
LISTED: Final = "numbers-listed"
TAKEDOWN: Final = "takedown-drafted"
COUNTED: Final = (LISTED, TAKEDOWN, "acknowledged", "confirm-csirt", "confirm-owner", "contain", "close", "dismiss")


@dataclass(frozen=True, slots=True)
class EventMark:
    """An event of a timeline, as a source: its number, and when it happened."""

    id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class StatedFact:
    """What a person said of the incident for its deadlines: the value, when."""

    value: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CaseFile:
    """What is known of an incident now.

    Attributes:
        line: Its figures.
        now: When that was asked.
        today: The day where the carrier is.
        opened: The first event of its timeline.
        marks: The latest event of each kind of `COUNTED`.
        places: Where it was seen, the latest first.
        telling: What the document with most of our customers says.
        lent: The register's lines of the extracts that may explain it.
        facts: What deadlines depend on.
        said: What people said of it, by the names of `deadlines.facts`.
        story: Its steps in order.
        clocks: Its deadlines.
        tasks: Of its playbook, and added ones.
        ranking: The last ranking of holders, names masked; none before anybody asked.
        organisation: Who reports.
        contact: Whom to ask.
        customer_contact: Where customers may ask.
    """

    line: IncidentLine
    now: datetime
    today: date
    opened: EventMark | None
    marks: Mapping[str, EventMark]
    places: PlacePage
    telling: Telling
    lent: tuple[Line, ...]
    facts: Facts
    said: Mapping[str, StatedFact]
    story: tuple[Moment, ...]
    clocks: tuple[ClockLine, ...]
    tasks: tuple[TaskLine, ...]
    ranking: StoredRanking | None
    organisation: str = ""
    contact: str = ""
    customer_contact: str = ""

    @property
    def extracts(self) -> list[dict[str, Any]]:
        """The extracts that explain customers better than chance, or whichever does it best; best first."""
        telling = [one for one in self.telling.extracts if one.get("covered")]
        return [one for one in telling if one.get("score", 0) > 0] or telling[:1]


def read_case(session: Session, incident_id: int, settings: Settings, *, language: str, now: datetime) -> CaseFile:
    """Gather what is known of a whole incident.

    Raises:
        NoIncidentError: There is none of that number.
    """
    line = queries.incident_line(session, incident_id, language=language)
    parts = group_ids(session, incident_id)
    telling = telling_of(session, incident_id, zone=settings.zone)
    names = {str(one["extract"]) for one in telling.extracts if one.get("covered")}
    today = local(now, settings.zone).date()
    said = select(FactRow).where(FactRow.incident_id.in_(parts), FactRow.value != "").order_by(FactRow.said_at)
    clocks = list_clocks(session, language=language, now=now, show=ALL, only={incident_id})
    return CaseFile(
        line=line, now=now, today=today, opened=_opened(session, parts), marks=_marks(session, parts),
        places=place_page(session, incident_id, size=MOST_PLACES), telling=telling,
        lent=tuple(register_on(session, today, only=names)) if names else (),
        facts=facts_of(session, session.get_one(Incident, incident_id)),
        said={row.name: StatedFact(row.value, row.said_at) for row in session.scalars(said)},
        story=tuple(story_of(session, incident_id, with_reports=False)), clocks=tuple(clocks),
        tasks=tuple(list_tasks(session, language=language, now=now, is_open=False, only={incident_id})),
        ranking=read_ranking(session, incident_id, language), organisation=settings.reports.organisation,
        contact=settings.reports.contact, customer_contact=settings.reports.customer_contact,
    )  # fmt: skip


def _opened(session: Session, parts: list[int]) -> EventMark | None:
    first = select(Event.id, Event.happened_at).where(Event.incident_id.in_(parts)).order_by(Event.id).limit(1)
    row = session.execute(first).first()
    return EventMark(row.id, row.happened_at) if row else None


def _marks(session: Session, parts: list[int]) -> dict[str, EventMark]:
    latest = (
        select(func.max(Event.id)).where(Event.incident_id.in_(parts), Event.kind.in_(COUNTED)).group_by(Event.kind)
    )
    rows = session.execute(select(Event.kind, Event.id, Event.happened_at).where(Event.id.in_(latest)))
    return {row.kind: EventMark(row.id, row.happened_at) for row in rows}
