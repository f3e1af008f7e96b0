"""Access records searched: results, histogram and facets, names masked. What is typed becomes handles at the door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import numpy as np
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from core.query.errors import QueryError
from core.query.expressions import Between, Is, all_of
from core.query.parser import parse
from core.query.writer import unparse
from people.roles import Permission
from root_cause.dossier.dossier import HOUR_S, WIDTHS, lay_bars
from root_cause.dossier.opened import KeyedMeanings, is_plain, moment_of, shown_records
from trails.explore.explorer import NEVER, SLOT_S
from trails.explore.handles import is_masked, mask_of
from trails.explore.language import FIELDS, condition_of, unheard_words
from trails.explore.questions import RowPlace, ask
from trails.explore.rows import read_places
from web.access.guarded import Guarded
from web.access.second import ask_second
from web.charts.accesses import draw_accesses
from web.exploring import REVEALED, named_by, names_wanted, note, note_look, records_of
from web.world import actor_of, form_of, world_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from core.query.expressions import Expression
    from root_cause.dossier.opened import OpenedRecords
    from trails.explore.questions import CountedRecords
    from web.charts.accesses import AccessChart

PAGE_SIZE: Final = 50
FACETS: Final = (
    "system", "action", "outcome", "operator", "account", "terminal", "address", "processor", "host", "extract",
)  # fmt: skip
SHOWN_VALUES: Final = 8
BAR_WIDTHS: Final = tuple(one for one in WIDTHS if one >= HOUR_S)


@dataclass(frozen=True, slots=True)
class RecordFacet:
    """A value of a field: what is shown, how many records have it, and the search narrowed to it."""

    shown: str
    rows: int
    query: str


def records(request: Request) -> Response:
    """What fits, newest first; without a search, all records."""
    given = request.query_params
    query = given.get("q", "").strip()
    if given.get("from") and given.get("until"):
        return _narrowed(request, query, given["from"], given["until"])
    return _page(request, query, given.get("at", ""))


def _narrowed(request: Request, query: str, first: str, until: str) -> Response:
    """To the same search within a time; whatever it says, the time is asked besides all of it."""
    try:
        expression = understood(request, query)
        begin, end = (moment_of(second_of(one, _zone(request))) for one in (first, until))
    except (QueryError, ValueError, OverflowError):
        raise HTTPException(400) from None
    if expression is None:
        return RedirectResponse("/records?plain=yes", status_code=303)
    query = unparse(all_of([expression, Between("when", begin, end)]), FIELDS, _zone(request))
    return RedirectResponse(f"/records?{urlencode({'q': query})}", status_code=303)


def second_of(text: str, zone: str) -> int:
    """The second since 1970 that an address or a form names, in the zone unless it says another; none beyond ours.

    Raises:
        ValueError: It is no time.
        OverflowError: There is no such time.
    """
    moment = datetime.fromisoformat(text)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
    return min(max(0, int(aware.timestamp())), NEVER)


def asked(request: Request) -> Response:
    """Put handles in the place of names and numbers, and go to the page of that search."""
    world, typed = world_of(request), form_of(request).get("q", "").strip()
    try:
        expression = _parsed(request, typed)
        opened = records_of(request)
        handled = named_by(actor_of(request), expression, opened)
        if unheard_words(handled, opened.explorer):
            return _refused(request, typed, world.pages.texts(request)("explore.unheard"))
        if handled != expression:
            typed = unparse(handled, FIELDS, _zone(request))
    except QueryError as error:
        # What was typed may be a name or a number: it is shown again to whoever typed it, and stands in no address.
        said = " ".join(error.said(world.pages.language(request))).strip()
        return _refused(request, typed, said)
    return RedirectResponse("/records" + (f"?{urlencode({'q': typed})}" if typed else ""), status_code=303)


def names(request: Request) -> Response:
    """The same page with names, for a reason."""
    form = form_of(request)
    reason, query = form.get("reason", "").strip(), form.get("q", "").strip()
    if not reason:
        raise HTTPException(400)
    try:
        if understood(request, query) is None:
            raise HTTPException(400)
    except QueryError:
        raise HTTPException(400) from None
    approved = ask_second(request, names_wanted("names", query, reason))
    page = _page(request, query, form.get("at", ""), reveal=True)
    note(request, REVEALED, {"reason": reason, "query": query, **approved})
    return page


def understood(request: Request, query: str) -> Expression | None:
    """What a search in an address asks; None where it names somebody in plain.

    Raises:
        QueryError: It cannot be meant.
    """
    expression = _parsed(request, query)
    return None if is_plain(expression, records_of(request)) else expression


def _page(request: Request, query: str, at: str, *, reveal: bool = False) -> Response:
    world = world_of(request)
    try:
        expression = understood(request, query)
    except QueryError as error:
        return _refused(request, query, " ".join(error.said(world.pages.language(request))).strip())
    if expression is None:  # it stands in no further address, and is not shown again
        return RedirectResponse("/records?plain=yes", status_code=303)
    if request.query_params.get("plain"):
        return _refused(request, "", world.pages.texts(request)("explore.plain"))
    opened = records_of(request)
    condition = condition_of(expression, opened.explorer, KeyedMeanings(opened))
    counted = ask(opened.explorer, condition, after=place_of(at), limit=PAGE_SIZE, facets=FACETS)
    shown = shown_records(read_places(opened.explorer, counted.page), opened.handles, reveal=reveal)
    if not reveal:
        note_look(request)
    follows = ".".join(map(str, counted.page[-1])) if counted.more else ""
    return world.pages.render(
        request, "explore_records.html", query=query, at=at, said="", counted=counted, shown=shown, next=follows,
        chart=_chart(opened, counted), facets=_facets(opened, counted, expression, reveal=reveal),
        zone=opened.explorer.zone, revealed=reveal, total=opened.explorer.rows,
    )  # fmt: skip


def _refused(request: Request, query: str, said: str) -> Response:
    return world_of(request).pages.render(
        request, "explore_records.html", status=400, query=query, at="", said=said, counted=None, shown=[], next="",
        chart=None, facets={}, zone=_zone(request), revealed=False, total=0,
    )  # fmt: skip


def _zone(request: Request) -> str:
    return world_of(request).home.settings.trail_zone


def _parsed(request: Request, query: str) -> Expression:
    return parse(query, FIELDS, _zone(request), now=world_of(request).home.clock.now())


def place_of(text: str) -> RowPlace | None:
    """The place after which a page begins, as addresses have it; none for the first page.

    Raises:
        HTTPException: It is none that we wrote.
    """
    parts = text.split(".")
    if not text:
        return None
    if len(parts) != len(RowPlace._fields) or not all(one.isdecimal() and len(one) < 19 for one in parts):  # noqa: PLR2004
        raise HTTPException(400)
    return RowPlace(*map(int, parts))


def _chart(opened: OpenedRecords, counted: CountedRecords) -> AccessChart | None:
    """The histogram; its bars are as wide as the span needs."""
    if not len(counted.slots):
        return None
    explorer, first = opened.explorer, counted.first_slot * SLOT_S
    edges, _, _ = lay_bars(explorer, first, first + len(counted.slots) * SLOT_S, BAR_WIDTHS)
    seconds = first + np.arange(len(counted.slots)) * SLOT_S
    at = np.searchsorted(edges, seconds, side="right") - 1
    sums = np.bincount(at, weights=counted.slots, minlength=len(edges) - 1).astype(int).tolist()
    return draw_accesses(edges, sums, [0] * len(sums), zone=explorer.zone)


def _facets(
    opened: OpenedRecords, counted: CountedRecords, expression: Expression, *, reveal: bool
) -> dict[str, tuple[list[RecordFacet], int]]:
    """Of each field the most frequent values, and how many there are."""
    found: dict[str, tuple[list[RecordFacet], int]] = {}
    for name, values in counted.facets.items():
        known = [(value, rows) for value, rows in values.items() if value]
        if known:
            some = [
                _value(opened, name, value, rows, expression, reveal=reveal) for value, rows in known[:SHOWN_VALUES]
            ]
            found[name] = (some, len(known))
    return found


def _value(
    opened: OpenedRecords, name: str, value: str, rows: int, expression: Expression, *, reveal: bool
) -> RecordFacet:
    handle = opened.handles.of(name, value) if is_masked(name) else value
    shown = value if reveal or not is_masked(name) else mask_of(handle)
    narrowed = all_of([expression, Is(name, handle)])
    return RecordFacet(shown, rows, unparse(narrowed, FIELDS, opened.explorer.zone))


ROUTES = [
    Guarded("/records", records, needs=Permission.SEE_CAUSE),
    Guarded("/records", asked, methods=["POST"], needs=Permission.SEE_CAUSE),
    Guarded("/records/names", names, methods=["POST"], needs=Permission.REVEAL_NAMES),
]
