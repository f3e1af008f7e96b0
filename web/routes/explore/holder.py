"""One candidate of a ranking looked at closely: its accesses over time and place, the leaked customers among them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import numpy as np
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from core.query.expressions import Between, Is, all_of
from core.query.writer import unparse
from fingerprints.identifiers.customer_number import NUMBER_KIND
from incidents import queries
from incidents.errors import NoIncidentError
from incidents.marks import pull_records
from people.approvals import LIST_NUMBERS, REVEAL_NAMES, Approvable
from people.roles import Permission, may
from root_cause.dossier.dossier import compile_dossier
from root_cause.dossier.holders import find_candidate, leaked_of
from root_cause.dossier.opened import moment_of, shown_records
from trails.explore.conditions import TimeSpan
from trails.explore.explorer import NEVER
from trails.explore.handles import MARK, mask_of
from trails.explore.language import FIELDS
from trails.explore.rows import read_places
from trails.gaps import read_gaps
from trails.store.runs import RUN_KINDS
from web.access.guarded import Guarded
from web.access.second import ask_second
from web.charts.accesses import draw_accesses, draw_lanes, label_of, written
from web.charts.heat import draw_heat
from web.exploring import REVEALED, note, note_look, records_of
from web.routes.explore.records import place_of, second_of
from web.world import actor_of, form_of, world_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from incidents.views import IncidentLine
    from root_cause.dossier.dossier import Dossier
    from root_cause.dossier.holders import LeakedSet, TrailHolder
    from root_cause.dossier.opened import OpenedRecords

PAGE_SIZE: Final = 15
CUSTOMERS_SHOWN: Final = 60
NUMBERS_SHOWN: Final = "numbers-revealed"


@dataclass(frozen=True, slots=True)
class _Looked:
    """What a page about a candidate is made of."""

    line: IncidentLine
    opened: OpenedRecords
    candidate: TrailHolder
    leaked: LeakedSet
    within: TimeSpan | None
    first: str
    until: str
    only_leaked: bool
    dossier: Dossier


def holder(request: Request) -> Response:
    """The candidate, names masked; a look is on the record, once an hour and person."""
    looked = _look(request, request.query_params)
    note_look(request, incident_id=looked.line.id)
    return _page(request, looked)


def names(request: Request) -> Response:
    """The same with names, for a reason."""
    incident_id, reason = request.path_params["incident_id"], _reason(request)
    looked = _look(request, form_of(request))
    approved = ask_second(request, Approvable(REVEAL_NAMES, str(incident_id), reason, incident_id))
    note(request, REVEALED, {"reason": reason, "query": _title(looked), **approved}, incident_id=incident_id)
    return _page(request, looked, reveal=True)


def numbers(request: Request) -> Response:
    """The same with the numbers of the leaked customers that are listed, for a reason.

    It takes the right to list numbers beside that to see the page, and of more than a few a second person, as on the
    page of all customers.
    """
    incident_id = request.path_params["incident_id"]
    if not may(actor_of(request), Permission.SEE_CAUSE):
        raise HTTPException(404)
    reason = _reason(request)
    looked = _look(request, form_of(request))
    approved = {}
    if len(looked.dossier.customers[:CUSTOMERS_SHOWN]) > world_of(request).home.settings.people.reveal_limit:
        approved = ask_second(request, Approvable(LIST_NUMBERS, str(incident_id), reason, incident_id))
    shown = _numbers(request, looked)
    note(request, NUMBERS_SHOWN, {"count": len(shown), "reason": reason, **approved}, incident_id=incident_id)
    return _page(request, looked, numbers=shown)


def pull(request: Request) -> Response:
    """Take what is in the range into the timeline of the incident, summed up as one event."""
    form, world = form_of(request), world_of(request)
    looked = _look(request, form)
    dossier = looked.dossier
    if not dossier.bars or not dossier.rows:
        raise HTTPException(400)
    dated = dossier.hits["second"].to_list()
    data = {
        "holder": looked.candidate.kind, "name": mask_of(looked.candidate.handle), "handle": looked.candidate.handle,
        "records": dossier.rows, "covered": dossier.covered, "of": dossier.of, "first": looked.first,
        "last": looked.until, "said": form.get("text", "").strip(),
    }  # fmt: skip
    happened = moment_of(next((one for one in dated if one), dossier.bars[0]))
    now = world.home.clock.now()
    with world.home.database.write() as session:
        pull_records(session, looked.line.id, data, actor=actor_of(request), now=now, happened_at=happened or now)
    return RedirectResponse(f"/incidents/{looked.line.id}#timeline", status_code=303)


def _reason(request: Request) -> str:
    if not (reason := form_of(request).get("reason", "").strip()):
        raise HTTPException(400)
    return reason


def _look(request: Request, given: Mapping[str, str]) -> _Looked:
    """Read the incident, find the candidate, and look at it.

    Raises:
        HTTPException: There is no such incident or candidate, or the range is none.
    """
    world, path = world_of(request), request.path_params
    try:
        with world.home.database.read() as session:
            line = queries.incident_line(session, path["incident_id"], language=world.pages.language(request))
    except NoIncidentError:
        raise HTTPException(404) from None
    opened = records_of(request)  # asks for the key
    index = opened.index()
    if index is None:
        raise HTTPException(404)
    with world.home.database.read() as session:
        leaked = leaked_of(session, path["incident_id"], index)
    candidate = find_candidate(opened.explorer, opened.handles, path["kind"], MARK + path["handle"], leaked)
    if candidate is None:
        raise HTTPException(404)
    within = _range(given.get("from", ""), given.get("until", ""), opened.explorer.zone)
    only_leaked = given.get("leaked", "") == "yes"
    dossier = compile_dossier(
        opened.explorer, candidate, leaked, within=within, after=place_of(given.get("at", "")), limit=PAGE_SIZE,
        only_leaked=only_leaked,
    )  # fmt: skip
    first = until = ""
    if within or dossier.span:
        begin, end = _shown_ends(dossier.bars, within)
        first, until = (written(one, opened.explorer.zone) for one in (begin, end))
    return _Looked(line, opened, candidate, leaked, within, first, until, only_leaked, dossier)


def _range(first: str, until: str, zone: str) -> TimeSpan | None:
    """The range of an address or a form; none where neither end is given."""
    if not first and not until:
        return None
    try:
        begin = second_of(first, zone) if first else 0
        end = second_of(until, zone) if until else NEVER
    except (ValueError, OverflowError):
        raise HTTPException(400) from None
    if end <= begin:
        raise HTTPException(400)
    return TimeSpan(begin, end)


def _shown_ends(bars: Sequence[int], within: TimeSpan | None) -> tuple[int, int]:
    """The ends of a range as they are told: no further than there are records, since an open end has no time."""
    if within is None or within.until <= bars[0] or within.first >= bars[-1]:
        return bars[0], bars[-1]
    return max(within.first, bars[0]), min(within.until, bars[-1])


def _title(looked: _Looked) -> str:
    return f"{looked.candidate.kind} {mask_of(looked.candidate.handle)}"


def _numbers(request: Request, looked: _Looked) -> dict[int, str]:
    """The numbers of the customers that are listed, by their digests."""
    listed = [one.subject for one in looked.dossier.customers[:CUSTOMERS_SHOWN]]
    with world_of(request).home.database.read() as session:
        members = queries.members(session, looked.line.id)
    subjects, digests = looked.leaked.index.carried(NUMBER_KIND, members)
    there = np.isin(digests, np.array(listed, np.uint64))
    shown = looked.leaked.index.reveal(subjects[there])
    return dict(zip(digests[there].tolist(), shown, strict=True))


def _page(
    request: Request, looked: _Looked, *, reveal: bool = False, numbers: Mapping[int, str] | None = None
) -> Response:
    world, dossier, opened = world_of(request), looked.dossier, looked.opened
    zone, kind = opened.explorer.zone, looked.candidate.kind
    texts = world.pages.texts(request)
    with world.home.database.read() as session:
        gaps = [gap for gap in read_gaps(session) if gap.system in dossier.systems and gap.kind != "sequence"]
    sighted = int(looked.line.first_seen_at.timestamp())
    chart = None
    if dossier.span:
        shading = [(gap.first, gap.last, texts("explore.gap", system=gap.system)) for gap in gaps]
        chart = draw_accesses(
            dossier.bars, dossier.all.tolist(), dossier.leaked.tolist(), zone=zone, low=dossier.low.tolist(),
            high=dossier.high.tolist(), gaps=shading, moments=[(sighted, texts("explore.sighted"))],
        )  # fmt: skip

    def named(field: str, name: str | None) -> str:
        if name is None:
            return texts("explore.nothing")
        return name if reveal else opened.handles.masked(field, name)

    lanes = {
        field: draw_lanes([(named(field, lane.name), lane.all.tolist(), lane.leaked.tolist()) for lane in some])
        for field, some in dossier.lanes.items()
    }
    others_kind = kind if kind in RUN_KINDS else "operator"
    others = [(named(others_kind, name), opened.handles.of(others_kind, name), count) for name, count in dossier.others]
    last = dossier.page[-1] if dossier.page and dossier.more else None
    return world.pages.render(
        request, "explore_holder.html", line=looked.line, kind=kind, handle=looked.candidate.handle.removeprefix(MARK),
        name=looked.candidate.name if reveal else mask_of(looked.candidate.handle), dossier=dossier, chart=chart,
        heat=draw_heat(dossier.heat.tolist(), dossier.heat_leaked.tolist(), dossier.usual), lanes=lanes,
        others=others, others_kind=others_kind, gaps=gaps, zone=zone,
        first=looked.first, until=looked.until, ranged=looked.within is not None, only_leaked=looked.only_leaked,
        shown=shown_records(read_places(opened.explorer, dossier.page), opened.handles, reveal=reveal),
        next=".".join(map(str, last)) if last else "", revealed=reveal, numbers=numbers or {}, moment_of=moment_of,
        customers=dossier.customers[:CUSTOMERS_SHOWN], coverage=_coverage(request, looked, named),
        query=_query(looked), dense=_dense(looked),
    )  # fmt: skip


def _coverage(request: Request, looked: _Looked, named: Any) -> str:
    """How close together the touches lie, in words."""
    texts, dossier = world_of(request).pages.texts(request), looked.dossier
    found = dossier.coverage
    if found is None:
        return texts("explore.coverage_none", of=f"{dossier.of:,}")
    zone = looked.opened.explorer.zone
    stretch = label_of(found.first, found.last + 1, zone)
    if not found.is_dense:
        return texts(
            "explore.coverage_spread", n=f"{found.touched:,}", of=f"{dossier.of:,}", stretch=stretch,
            days=f"{found.days:,}", most=f"{found.most:,}",
        )  # fmt: skip
    if dossier.coverage_terminal is not None:
        return texts(
            "explore.coverage_terminal", n=f"{found.customers:,}", of=f"{found.touched:,}", all=f"{dossier.of:,}",
            stretch=_stretch(found.first, found.last, zone), terminal=named("terminal", dossier.coverage_terminal),
        )  # fmt: skip
    return texts(
        "explore.coverage_dense", n=f"{found.customers:,}", of=f"{found.touched:,}", all=f"{dossier.of:,}",
        stretch=_stretch(found.first, found.last, zone),
    )  # fmt: skip


def _stretch(first: int, last: int, zone: str) -> str:
    begin, end = (datetime.fromtimestamp(one, ZoneInfo(zone)) for one in (first, last))
    tail = f"{end:%H:%M}" if begin.date() == end.date() else f"{end:%Y-%m-%d %H:%M}"
    return f"{begin:%Y-%m-%d %H:%M}–{tail}"


def _dense(looked: _Looked) -> tuple[str, str] | None:
    """The range around the touches that lie close together, with as much again before and after."""
    found = looked.dossier.coverage
    if found is None:
        return None
    margin = max(900, found.last - found.first)
    zone = looked.opened.explorer.zone
    return written(found.first - margin, zone), written(found.last + margin + 60, zone)


def _query(looked: _Looked) -> str:
    """The search for the same records."""
    if looked.candidate.kind not in RUN_KINDS:
        return ""
    parts: list[Any] = [Is(looked.candidate.kind, looked.candidate.handle)]
    if looked.only_leaked:
        parts.append(Is("leak", str(looked.line.id)))
    if looked.within:
        until = looked.within.until
        bounds = (moment_of(looked.within.first), moment_of(until) if until < NEVER else None)
        parts.append(Between("when", *bounds))
    return unparse(all_of(parts), FIELDS, looked.opened.explorer.zone)


_PATH: Final = "/incidents/{incident_id:id}/holders/{kind}/{handle}"

ROUTES = [
    Guarded(_PATH, holder, needs=Permission.SEE_CAUSE),
    Guarded(f"{_PATH}/names", names, methods=["POST"], needs=Permission.REVEAL_NAMES),
    Guarded(f"{_PATH}/numbers", numbers, methods=["POST"], needs=Permission.LIST_NUMBERS),
    Guarded(f"{_PATH}/pull", pull, methods=["POST"], needs=Permission.ASK_CAUSE),
]
