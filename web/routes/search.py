"""Search over all timelines, with the chart of events per day."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from incidents import queries
from incidents.errors import SearchError
from incidents.timeline.readings import READING
from people.roles import Permission
from web.access.guarded import Guarded
from web.access.own import own_incidents
from web.charts.days import draw
from web.world import world_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

QUERY_LENGTH = 400
PAGE_SIZE = 50


def search(request: Request) -> Response:
    """The events that fit, newest first; without a query, how to write one and what happened last."""
    world = world_of(request)
    query = request.query_params.get("q", "").strip()[:QUERY_LENGTH]
    at = request.query_params.get("at", "")
    try:
        understood = queries.parse_query(query, zone=world.home.settings.zone)
        with world.home.database.read() as session:
            own = own_incidents(request, session)
            understood = replace(understood, within=None if own is None else frozenset(own))
            language = world.pages.language(request)
            result = queries.search(session, understood, language=language, after=at, limit=PAGE_SIZE)
            days = queries.histogram(session, understood)
    except (SearchError, ValueError) as error:  # ValueError: a place to go on from that we did not write
        said = " ".join(error.said(world.pages.language(request))).strip() if isinstance(error, SearchError) else at
        return world.pages.render(
            request, "search.html", status=400, query=query, at="", said=said, result=None, chart=None
        )
    return world.pages.render(
        request, "search.html", query=query, at=at, said="", result=result, chart=draw(days, query)
    )


def audit(request: Request) -> Response:
    """Who looked at leaked data and access records, newest first; a query as for searches."""
    world = world_of(request)
    query = request.query_params.get("q", "").strip()[:QUERY_LENGTH]
    at, language = request.query_params.get("at", ""), world.pages.language(request)
    try:
        understood = queries.parse_query(f"{query} kind:{READING}", zone=world.home.settings.zone)
        with world.home.database.read() as session:
            result = queries.search(session, understood, language=language, after=at, limit=PAGE_SIZE)
    except SearchError as error:
        said = " ".join(error.said(language)).strip()
        return world.pages.render(request, "audit.html", status=400, query=query, at="", said=said, result=None)
    return world.pages.render(request, "audit.html", query=query, at=at, said="", result=result)


ROUTES = [
    Guarded("/search", search, needs=Permission.SEE_CASES),
    Guarded("/audit", audit, needs=Permission.SEE_READINGS),
]
