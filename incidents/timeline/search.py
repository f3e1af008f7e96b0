"""Searching every timeline: any expression over words and fields, with counts, facets and the chart of days.

Hits are exact and come newest first, page after page. They are counted one by one up to `COUNTED`; what is said of more
than that says so. `incidents.blocks` makes it quick.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeVar
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import select

from core.query.expressions import words_wanted
from incidents.blocks.finder import COUNTED, Counted, Finder, prefetch_columns
from incidents.blocks.rows import microseconds, moment_of
from incidents.blocks.sealed import BlockGoneError
from incidents.models import Event
from incidents.timeline.compiled import compiled
from incidents.timeline.facets import count_facets
from incidents.timeline.query import SearchQuery, parse_query, place_of
from incidents.timeline.sentences import kind_name, sentence
from incidents.timeline.titles import with_words
from incidents.views import DayCount, EventView, SearchPage, SearchResult

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.orm import Session

    from incidents.blocks.finder import FoundPage, Place

__all__ = ["COUNTED", "SearchQuery", "event_view", "every_event", "histogram", "parse_query", "search", "search_all"]

PAGE_SIZE = 50
TITLES: Final = 20
_AT_ONCE: Final = 500
_QUARTER_HOUR_S = 900  # every zone's offset today is a multiple of it
_QUARTER_HOUR: Final = _QUARTER_HOUR_S * 1_000_000
_TRIES: Final = 5
_Given = TypeVar("_Given")


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
        SearchError: The place to go on from is none.
        core.query.errors.QueryError: The query cannot be meant.
    """
    before = _microseconds(after)

    def found(finder: Finder) -> SearchPage:
        return _page(session, query, finder.page(limit, before), finder.count(), language)

    return _tried(session, query, found)


def search_all(
    session: Session, query: SearchQuery, *, language: str, after: str = "", limit: int = PAGE_SIZE
) -> SearchResult:
    """A page, with the facets and the days of everything that was counted, and the incidents with such a title.

    Raises:
        SearchError: The place to go on from is none.
    """
    before = _microseconds(after)

    def found(finder: Finder) -> SearchResult:
        page, counted = finder.page(limit, before), finder.count()
        prefetch_columns(counted)
        days = tuple(_days(counted, query.zone))  # before the facets: these let go of what was read
        titled = with_words(session, list(words_wanted(query.expression))) if not after else iter(())
        return SearchResult(
            page=_page(session, query, page, counted, language),
            facets=count_facets(session, counted, language),
            days=days,
            titled=tuple(islice((one for one in titled if query.within is None or one in query.within), TITLES)),
        )

    return _tried(session, query, found)


def histogram(session: Session, query: SearchQuery | str) -> list[DayCount]:
    """How many of the events that were counted happened on each day of the query's zone; other days are left out.

    Raises:
        core.query.errors.QueryError: The query cannot be meant.
    """
    zone = (parse_query(query) if isinstance(query, str) else query).zone
    return _tried(session, query, lambda finder: list(_days(finder.count(), zone)))


def every_event(session: Session, query: SearchQuery, *, language: str) -> Iterator[EventView]:
    """Every event that fits, newest first, read as they are asked for."""
    before: Place | None = None
    finder = _finder(session, query)
    while True:
        try:
            page = finder.page(_AT_ONCE, before)
        except BlockGoneError:
            finder = _finder(session, query)
            continue
        yield from _views(session, page.places, language)
        before = page.following
        if before is None:
            return


def event_view(event: Event, language: str) -> EventView:
    """An event with its sentence."""
    return EventView(
        id=event.id, incident_id=event.incident_id, happened_at=event.happened_at, learned_at=event.learned_at,
        zone=event.zone, kind=event.kind, kind_text=kind_name(event.kind, language), actor=event.actor,
        source=event.source, text=sentence(event.kind, event.data, language), data=event.data,
    )  # fmt: skip


def _tried(session: Session, query: SearchQuery | str, ask: Callable[[Finder], _Given]) -> _Given:
    """Ask, again if blocks were put together meanwhile."""
    understood = parse_query(query) if isinstance(query, str) else query
    for _ in range(_TRIES - 1):
        try:
            return ask(_finder(session, understood))
        except BlockGoneError:
            continue
    return ask(_finder(session, understood))


def _finder(session: Session, query: SearchQuery) -> Finder:
    return Finder(session, *compiled(session, query))


def _page(session: Session, query: SearchQuery | str, found: FoundPage, counted: Counted, language: str) -> SearchPage:
    following = found.following
    return SearchPage(
        query=query if isinstance(query, str) else "",
        total=counted.total,
        events=tuple(_views(session, found.places, language)),
        next=f"{moment_of(following[0]).isoformat()}_{following[1]}" if following else "",
        is_all=counted.is_all and counted.total <= COUNTED,
        since=None if counted.since is None else moment_of(counted.since),
    )


def _views(session: Session, places: list[Place], language: str) -> Iterator[EventView]:
    ids = [number for _, number in places]
    events = {event.id: event for event in session.scalars(select(Event).where(Event.id.in_(ids)))} if ids else {}
    for number in ids:
        yield event_view(events[number], language)


def _days(counted: Counted, zone: str) -> Iterator[DayCount]:
    days = Counter[Any]()
    here = ZoneInfo(zone)
    for block, places in counted.parts:
        quarters, events = np.unique(block.happened[places] // _QUARTER_HOUR, return_counts=True)
        for quarter, number in zip(quarters.tolist(), events.tolist(), strict=True):
            days[datetime.fromtimestamp(quarter * _QUARTER_HOUR_S, UTC).astimezone(here).date()] += number
    yield from (DayCount(day, events) for day, events in sorted(days.items()))


def _microseconds(after: str) -> Place | None:
    place = place_of(after)
    return place and (microseconds(place[0]), place[1])
