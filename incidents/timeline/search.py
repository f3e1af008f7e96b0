"""Searching every timeline: words, field filters, ranges; the same query drives the chart of events per day."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, literal_column, or_, select, text

from incidents.errors import SearchError
from incidents.groups import group_ids
from incidents.models import Event, Incident
from incidents.timeline.index import FTS_TABLE, create_search_structures, match_expression
from incidents.timeline.query import SearchQuery, parse_query
from incidents.timeline.readings import expanded
from incidents.timeline.sentences import kind_name, sentence
from incidents.views import DayCount, EventView, SearchPage

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

__all__ = ["SearchQuery", "create_search_structures", "event_view", "histogram", "parse_query", "search"]

PAGE_SIZE = 50
_QUARTER_HOUR_S = 900  # every zone's offset today is a multiple of it


def search(
    session: Session, query: SearchQuery | str, *, language: str, after: str = "", limit: int = PAGE_SIZE
) -> SearchPage:
    """One page of the events that fit, newest first.

    Args:
        session: For reading.
        query: As typed, or understood (`parse_query`).
        language: Of the sentences.
        after: ``next`` of the page before.
        limit: How many at most.

    Raises:
        SearchError: The query cannot be meant.
    """
    typed = query if isinstance(query, str) else ""
    understood = parse_query(query) if isinstance(query, str) else query
    where = _conditions(session, understood)
    total = session.scalar(_joined(select(func.count(Event.id)), understood).where(*where)) or 0
    page = _joined(select(Event), understood).where(*where, *_beyond(after))
    events = session.scalars(page.order_by(Event.happened_at.desc(), Event.id.desc()).limit(limit + 1)).all()
    shown = events[:limit]
    more = f"{shown[-1].happened_at.isoformat()}_{shown[-1].id}" if len(events) > limit else ""
    return SearchPage(typed, total, tuple(event_view(event, language) for event in shown), more)


def histogram(session: Session, query: SearchQuery | str) -> list[DayCount]:
    """How many of the events that fit happened on each day of the query's zone; days without any are left out.

    Raises:
        SearchError: The query cannot be meant.
    """
    understood = parse_query(query) if isinstance(query, str) else query
    quarter = _quarter_hour(session)
    counted = _joined(select(quarter.label("quarter"), func.count()), understood)
    zone, days = ZoneInfo(understood.zone), Counter[Any]()
    for quarter_hour, events in session.execute(counted.where(*_conditions(session, understood)).group_by("quarter")):
        days[datetime.fromtimestamp(int(quarter_hour) * _QUARTER_HOUR_S, UTC).astimezone(zone).date()] += events
    return [DayCount(day, events) for day, events in sorted(days.items())]


def event_view(event: Event, language: str) -> EventView:
    """An event with its sentence."""
    return EventView(
        id=event.id, incident_id=event.incident_id, happened_at=event.happened_at, learned_at=event.learned_at,
        zone=event.zone, kind=event.kind, kind_text=kind_name(event.kind, language), actor=event.actor,
        source=event.source, text=sentence(event.kind, event.data, language), data=event.data,
    )  # fmt: skip


def _joined(statement: Select[Any], query: SearchQuery) -> Select[Any]:
    events = statement.select_from(Event)
    return events.join(Incident, Incident.id == Event.incident_id) if "state" in query.fields else events


def _conditions(session: Session, query: SearchQuery) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if query.words:
        where.append(_has_words(session, query.words))
    if "kind" in query.fields:
        where.append(Event.kind.in_(expanded(query.fields["kind"])))
    plain = [name for name in ("actor", "source") if name in query.fields]
    where += [getattr(Event, name).in_(query.fields[name]) for name in plain]
    if "incident" in query.fields:
        ids = {part for given in query.fields["incident"] for part in group_ids(session, int(given))}
        where.append(Event.incident_id.in_(sorted(ids)))
    if "state" in query.fields:
        where.append(Incident.state.in_(query.fields["state"]))
    if query.within is not None:
        where.append(Event.incident_id.in_(query.within))
    if query.after:
        where.append(Event.happened_at >= query.after)
    if query.before:
        where.append(Event.happened_at < query.before)
    return where


def _has_words(session: Session, words: tuple[str, ...]) -> ColumnElement[bool]:
    if session.get_bind().dialect.name == "postgresql":
        return and_(*(Event.search_text.contains(word, autoescape=True) for word in words))
    found = text(f"SELECT rowid FROM {FTS_TABLE} WHERE {FTS_TABLE} MATCH :words")  # noqa: S608  # our own constant
    return Event.id.in_(
        found.bindparams(words=match_expression(words)).columns(literal_column("rowid")).scalar_subquery()
    )


def _beyond(after: str) -> list[ColumnElement[bool]]:
    moment, _, event_id = after.rpartition("_")
    if not moment:
        return []
    try:
        at, last = datetime.fromisoformat(moment), int(event_id)
    except ValueError:
        raise SearchError("no_place", value=after) from None
    return [or_(Event.happened_at < at, and_(Event.happened_at == at, Event.id < last))]


def _quarter_hour(session: Session) -> ColumnElement[Any]:
    if session.get_bind().dialect.name == "postgresql":
        return func.floor(func.extract("epoch", Event.happened_at) / _QUARTER_HOUR_S)
    return literal_column(f"CAST(strftime('%s', events.happened_at) AS INTEGER) / {_QUARTER_HOUR_S}")
