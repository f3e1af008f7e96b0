"""Searches: over all timelines, with facets and the chart of events per day, and over documents; and who looked."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from core.query.terms import MOST_CHARACTERS
from incidents import queries
from incidents.documents.fields import document_fields, parse_documents
from incidents.documents.search import search_all_documents
from incidents.timeline.query import event_fields
from incidents.timeline.readings import READING
from people.roles import Permission
from web.access.guarded import Guarded
from web.access.own import own_incidents
from web.charts.days import draw
from web.results import shown_line
from web.searching import PAGE_SIZE, WRONG, asked, days_query, facet_links, frame, marker, said, says_nothing, seen_by
from web.world import world_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from starlette.requests import Request
    from starlette.responses import Response

    from core.query.fields import SearchFields
    from incidents.documents.fields import DocumentQuery
    from incidents.timeline.query import SearchQuery
    from incidents.views import DocumentFacets, SearchFacets
    from web.searching import FacetLink

FACETS = ("kind", "tag", "actor", "source", "state", "incident")
PARTIAL = frozenset({"tag", "field", "extract"})
"""Not every hit has one: a single value narrows too."""
DOCUMENT_FACETS = ("verdict", "source", "field", "extract", "state")


def search(request: Request) -> Response:
    """The events that fit, newest first; without a query, how to write one and what happened last."""
    world, query = world_of(request), asked(request, "events")
    shown = frame(request, "events", query)
    zone, language, texts = world.home.settings.zone, world.pages.language(request), world.pages.texts(request)
    try:
        typed = queries.parse_query(query, zone=zone, now=world.home.clock.now())
        with world.home.database.read() as session:
            seen = seen_by(replace(typed, within=_within(request, session)), request)
            found = queries.search_all(session, seen, language=language, after=shown["at"], limit=PAGE_SIZE)
            titled = [queries.incident_line(session, number, language=language) for number in found.titled]
    except WRONG as error:
        shown |= {"said": said(request, error), "result": None, "chart": None, "facets": [], "titled": []}
        return world.pages.render(request, "search.html", status=400, **shown)
    narrow = partial(days_query, typed.expression, event_fields(), zone)
    shown |= {
        "result": found.page, "chart": draw(found.days, narrow), "titled": titled if not shown["at"] else [],
        "facets": _facets(typed, event_fields(), FACETS, found.facets, texts("timeline.incident", id="{}")),
        "mark_words": marker(typed.expression), "says_nothing": says_nothing(query, typed.expression),
    }  # fmt: skip
    return world.pages.render(request, "search.html", **shown)


def documents(request: Request) -> Response:
    """The places of documents that fit, newest first."""
    world, query = world_of(request), asked(request, "documents")
    shown = frame(request, "documents", query)
    try:
        understood = parse_documents(query, zone=world.home.settings.zone, now=world.home.clock.now())
        with world.home.database.read() as session:
            understood = replace(understood, within=_within(request, session))
            found = search_all_documents(session, understood, after=shown["at"], limit=PAGE_SIZE)
    except WRONG as error:
        shown |= {"said": said(request, error), "result": None, "chart": None, "facets": []}
        return world.pages.render(request, "search_documents.html", status=400, **shown)
    narrow = partial(days_query, understood.expression, document_fields(), understood.zone)
    shown |= {
        "result": found.page, "chart": draw(found.days, narrow), "mark_words": marker(understood.expression),
        "facets": _facets(understood, document_fields(), DOCUMENT_FACETS, found.facets), "shown_line": shown_line,
        "says_nothing": says_nothing(query, understood.expression),
    }  # fmt: skip
    return world.pages.render(request, "search_documents.html", **shown)


def audit(request: Request) -> Response:
    """Who looked at leaked data and access records, newest first; a query as for searches."""
    world = world_of(request)
    query = request.query_params.get("q", "").strip()
    at, language = request.query_params.get("at", ""), world.pages.language(request)
    try:
        understood = queries.parse_query(query, zone=world.home.settings.zone, now=world.home.clock.now())
        with world.home.database.read() as session:
            looks = understood.narrowed(READING)
            result = queries.search(session, looks, language=language, after=at, limit=PAGE_SIZE)
    except WRONG as error:
        said_so = said(request, error)
        return world.pages.render(
            request, "audit.html", status=400, query=query, at="", said=said_so, result=None,
            query_length=MOST_CHARACTERS,
        )  # fmt: skip
    return world.pages.render(
        request, "audit.html", query=query, at=at, said="", result=result, query_length=MOST_CHARACTERS
    )


def _within(request: Request, session: Session) -> frozenset[int] | None:
    own = own_incidents(request, session)
    return None if own is None else frozenset(own)


def _facets(
    query: SearchQuery | DocumentQuery,
    fields: SearchFields,
    names: tuple[str, ...],
    facets: SearchFacets | DocumentFacets,
    incident: str = "",
) -> list[tuple[str, list[FacetLink]]]:
    """Fields that narrow the search, with the links of their values."""
    found = []
    for name in names:
        values = [
            (one.value, incident.format(one.value) if name == "incident" else one.text, one.events)
            for one in getattr(facets, name)
        ]
        links = facet_links(query.expression, fields, query.zone, name, values)
        if len(links) > 1 or any(link.is_on for link in links) or (links and name in PARTIAL):
            found.append((name, links))
    return found


ROUTES = [
    Guarded("/search", search, needs=Permission.SEE_CASES),
    Guarded("/search/documents", documents, needs=Permission.SEE_DOCUMENTS),
    Guarded("/audit", audit, needs=Permission.SEE_READINGS),
]
