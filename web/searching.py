"""What the pages of searches share: the box, what was saved, links that change the search, errors in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from core.query.bounds import day_start
from core.query.errors import QueryError
from core.query.expressions import EVERYTHING, Between, Is, words_wanted
from core.query.refining import asks_for, narrowed, toggled
from core.query.terms import MOST_CHARACTERS
from core.query.writer import unparse
from incidents.errors import SearchError
from incidents.timeline.readings import READING
from people.roles import Permission, may
from people.saved_searches import default_query, list_saved
from web.marking import marked
from web.world import actor_of, world_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from core.errors import SpokenError
    from core.query.expressions import Expression
    from core.query.fields import SearchFields
    from incidents.timeline.query import SearchQuery

PAGE_SIZE: Final = 50
WRONG: Final = (QueryError, SearchError)
"""What a search may be refused by."""


@dataclass(frozen=True, slots=True)
class FacetLink:
    """A value of a facet: what it is called, how many hits have it, and the search with it or without."""

    text: str
    events: int
    query: str
    is_on: bool


def asked(request: Request, room: str) -> str:
    """What was typed; on a page that nobody typed anything on, what its reader wants it to begin with."""
    if "q" in request.query_params:
        return request.query_params["q"].strip()
    with world_of(request).home.database.read() as session:
        return default_query(session, actor_of(request).name, room)


def said(request: Request, error: SpokenError) -> str:
    """What is wrong, in the reader's language."""
    return " ".join(error.said(world_of(request).pages.language(request))).strip()


def seen_by(query: SearchQuery, request: Request) -> SearchQuery:
    """A search as far as whoever asks may see: who looked at what, and who came, is for some."""
    return query if may(actor_of(request), Permission.SEE_READINGS) else query.without(READING)


def frame(request: Request, room: str, query: str) -> dict[str, Any]:
    """What every page of searches shows: the box, its tabs, what was saved."""
    home = world_of(request).home
    with home.database.read() as session:
        saved = list_saved(session, actor_of(request).name, room)
    return {
        "query": query, "room": room, "saved": saved, "at": request.query_params.get("at", ""), "said": "",
        "says_nothing": False, "query_length": MOST_CHARACTERS, "zone": home.settings.zone,
        "mark_words": lambda text: [(text, False)],
    }  # fmt: skip


def says_nothing(query: str, expression: Expression) -> bool:
    """Whether something was typed that says nothing of what is looked for, such as a bracket alone."""
    return bool(query) and expression == EVERYTHING


def marker(expression: Expression) -> partial[list[tuple[str, bool]]]:
    """Marks the words of a search in a text."""
    return partial(marked, words=list(words_wanted(expression)))


def facet_links(
    expression: Expression, fields: SearchFields, zone: str, name: str, values: list[tuple[str, str, int]]
) -> list[FacetLink]:
    """Links for the values of a field, given as value, text and number of hits."""
    links = []
    for value, text, events in values:
        one = Between(name, int(value), int(value)) if fields[name].is_ranged else Is(name, value)
        changed = unparse(toggled(expression, one), fields, zone)
        links.append(FacetLink(text, events, changed, asks_for(expression, one)))
    return links


def days_query(expression: Expression, fields: SearchFields, zone: str, first: date, last: date) -> str:
    """The search over some days alone."""
    here = ZoneInfo(zone)
    low, high = day_start(first, here), day_start(last + timedelta(days=1), here)
    return unparse(narrowed(expression, Between(fields.moment, low, high, below=True)), fields, zone)
