"""One processor: for whom it works and who works for it, its contracts, and everything that was recorded, by tab."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from custody.errors import RegisterError
from custody.models import Edge, Extract, Holding, Processor, RegisterEvent
from custody.register.history import Act
from custody.register.processors import CONTRACT_KINDS
from custody.register.sheets import read_day
from custody.supervision.edges import add_edge, change_edge, edges_below, edges_of, get_edge, move_edge
from custody.supervision.kinds import (
    BREACH,
    CERTIFICATE,
    CLAUSE,
    CONSENT,
    FINDING,
    INSPECTION,
    KINDS,
    OF_COPY,
    OF_EDGE,
    PLEDGE,
    SHEET,
    TRAINING,
)
from custody.supervision.models import SupervisionRecord
from custody.supervision.overdue import SECOND_LINE, duties_on
from custody.supervision.records import About, add_record, get_record
from custody.supervision.stages import STAGES, STEPS
from people.roles import Permission
from web.access.guarded import Guarded
from web.routes.register.asked import field_of, found, today_of
from web.routes.register.extracts import processor_names
from web.routes.register.particular import told_events
from web.routes.supervision.given import (
    check_all,
    copy_of,
    deed_of,
    may_change,
    may_end,
    number_of,
    record_fields,
    said_of,
    sees_extracts,
    sheets_of,
)
from web.world import world_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session
    from starlette.requests import Request
    from starlette.responses import Response

CONTRACTS, HISTORY, DUE = "contracts", "history", "due"
TABS: Final[dict[str, tuple[str, ...]]] = {
    CONTRACTS: (CONSENT, CLAUSE),
    "sheets": (SHEET,),
    "inspections": (INSPECTION, FINDING),
    "promises": (TRAINING, PLEDGE),
    "certificates": (CERTIFICATE,),
    "breaches": (BREACH,),
    DUE: (),
    HISTORY: (),
}
"""Each tab, and the kinds of records that it shows."""
MOST_RECORDS: Final = 200
ADD, ADD_EDGE, CHANGE_EDGE, MOVE_EDGE = "add", "add-edge", "change-edge", "move-edge"


def page(request: Request) -> Response:
    """The processor with one tab open."""
    return _show(request)


def act(request: Request) -> Response:
    """Enter a record, add a contract, change one or bring it to its next stage."""
    check_all(request)
    deed, number = field_of(request, "do"), request.path_params["processor_id"]
    try:
        with world_of(request).home.database.write() as session:
            processor = found(session, Processor, number)
            if deed not in {ADD, ADD_EDGE, CHANGE_EDGE, MOVE_EDGE}:
                raise HTTPException(400)
            to = _add(request, session, processor) if deed == ADD else _contract(request, session, processor, deed)
    except RegisterError as error:
        return _show(request, error)
    return RedirectResponse(to, status_code=303)


def _add(request: Request, session: Session, processor: Processor) -> str:
    kind = field_of(request, "kind")
    if kind not in KINDS:
        raise HTTPException(400)
    edge_id, of_id = number_of(request, "edge"), number_of(request, "of")
    edge = _edge_of(session, processor, edge_id) if edge_id else None
    of = get_record(session, of_id) if of_id and kind == FINDING else None
    extract = copy_of(request, session, field_of(request, "extract")) if KINDS[kind].about == OF_COPY else None
    made = add_record(
        session, kind, About(processor, edge, extract, of), record_fields(request, kind), deed_of(request),
        sheets=sheets_of(request),
    )  # fmt: skip
    session.flush()
    if kind == SHEET:
        return f"/supervision/records/{made.id}"
    tab = next(name for name, kinds in TABS.items() if kind in kinds)
    return f"/supervision/processors/{processor.id}?tab={tab}&done={ADD}"


def _contract(request: Request, session: Session, processor: Processor, deed: str) -> str:
    day, today = field_of(request, "on"), deed_of(request)
    on = Act(today.actor, today.now, read_day(day) if day else today.on, today.reason)
    if on.on > today.on:
        raise RegisterError(f"{on.on} has not come yet", key="not_yet", day=on.on)
    contract = field_of(request, "contract_kind")
    fields = {
        "company": field_of(request, "company"), "contract_kind": contract if contract in CONTRACT_KINDS else "",
    }  # fmt: skip
    edge_id = number_of(request, "edge")
    if deed == ADD_EDGE:
        stage = field_of(request, "stage")
        add_edge(session, processor.name, field_of(request, "under"), fields, on, stage=stage)
    elif edge_id is None:
        raise HTTPException(400)
    elif deed == MOVE_EDGE:
        move_edge(session, _edge_of(session, processor, edge_id), field_of(request, "stage"), on)
    else:
        change_edge(session, _edge_of(session, processor, edge_id), fields, on)
    return f"/supervision/processors/{processor.id}?tab={CONTRACTS}&done={deed}"


def _edge_of(session: Session, processor: Processor, number: int) -> Edge:
    edge = get_edge(session, number)
    if edge.processor_id != processor.id:
        raise RegisterError(f"contract {number} is not {processor.name!r}'s", key="no_edge", number=number)
    return edge


def _show(request: Request, error: RegisterError | None = None) -> Response:
    world, today, asked = world_of(request), today_of(request), request.query_params
    tab = asked.get("tab", "") if asked.get("tab", "") in TABS else CONTRACTS
    sheets = sheets_of(request)
    with world.home.database.read() as session:
        processor = found(session, Processor, request.path_params["processor_id"])
        lines = (line for one in world.shelf.extracts_on(session, today) for line in one.copies)
        duties = duties_on(
            session, today, only={processor.id}, sheets=sheets, lines=lines, zone=world.home.settings.zone
        )
        extracts = _extracts(session, processor) if tab == "certificates" else {}
        return world.pages.render(
            request, "supervision_processor.html", status=409 if error else 200, said=said_of(request, error),
            processor=processor, tab=tab, tabs=tuple(TABS), shown_kinds=TABS[tab], kinds=KINDS,
            edges=edges_of(session, processor), below=edges_below(session, processor),
            records=_records(session, processor, TABS[tab]), duties=duties, second_line=SECOND_LINE, today=today,
            events=_events(session, processor) if tab == HISTORY else [], done=asked.get("done", ""),
            extracts=extracts, contracts=CONTRACT_KINDS,
            ends=[name for name in extracts.values() if may_end(request, name)],
            may_change=may_change(request), sees_extracts=sees_extracts(request), steps=STEPS, stages=STAGES[:3],
            sheets=[one for one in sheets.values() if not one.is_own], of_edge=OF_EDGE,
            processors=[name for name in processor_names(session) if name != processor.name]
            if tab == CONTRACTS else (),
        )  # fmt: skip


def _records(session: Session, processor: Processor, kinds: Sequence[str]) -> list[SupervisionRecord]:
    """The latest records of some kinds, those that were withdrawn too."""
    mine = (SupervisionRecord.processor_id == processor.id, SupervisionRecord.kind.in_(kinds))
    rows = session.scalars(
        select(SupervisionRecord).where(*mine).order_by(SupervisionRecord.id.desc()).limit(MOST_RECORDS)
    )
    return sorted(
        rows, key=lambda one: (one.done_on or one.happened_on or one.due_on or one.entered_at.date(), one.id)
    )[::-1]


def _extracts(session: Session, processor: Processor) -> dict[int, str]:
    """The extracts of which it has or had a copy."""
    mine = select(Extract.id, Extract.name).join(Holding, Holding.extract_id == Extract.id)
    return dict(session.execute(mine.where(Holding.processor_id == processor.id).order_by(Extract.name)).all())


def _events(session: Session, processor: Processor) -> list[dict[str, Any]]:
    tables = (SupervisionRecord.__tablename__, Edge.__tablename__)
    mine = (RegisterEvent.processor_id == processor.id, RegisterEvent.about.in_(tables))
    order = (RegisterEvent.happened_on.desc(), RegisterEvent.id.desc())
    rows = session.scalars(select(RegisterEvent).where(*mine).order_by(*order).limit(MOST_RECORDS)).all()
    return told_events(rows[::-1])


ROUTES = [
    Guarded("/supervision/processors/{processor_id:id}", page, needs=Permission.SEE_SUPERVISION),
    Guarded("/supervision/processors/{processor_id:id}", act, methods=["POST"], needs=Permission.CHANGE_SUPERVISION),
]
