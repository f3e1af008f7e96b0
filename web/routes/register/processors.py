"""Processors as a tree: by which contract, with whose consent, from which country, holding how much; add and change."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from custody.errors import RegisterError
from custody.models import Extract, Processor, RegisterEvent
from custody.register.history import REGISTER
from custody.register.processors import (
    CONSENTS,
    CONTRACT_KINDS,
    UNKNOWN,
    add_processor,
    below,
    consent_day,
    consent_of,
    set_processor,
    tree,
)
from custody.register.sheets import read_day
from incidents.ownership import is_named
from people.roles import Permission, may
from web.access.guarded import Guarded
from web.access.own import own_names
from web.routes.register.asked import NOT_THERE, act_of, asked_day, field_of, found, own_extracts, today_of
from web.routes.register.extracts import processor_names
from web.routes.register.particular import told_events
from web.world import actor_of, world_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from starlette.requests import Request
    from starlette.responses import Response

    from custody.register.processors import Branch
    from custody.register.search import LentExtract

MOST_EVENTS: Final = 200


def page(request: Request) -> Response:
    """Every processor below the one it works for, or those that fit."""
    return _list(request)


def add(request: Request) -> Response:
    """Put a processor into the register."""
    _check_all(request)
    name = field_of(request, "name")
    if not name:
        raise HTTPException(400)
    try:
        act = act_of(request)
        with world_of(request).home.database.write() as session:
            made = add_processor(session, name, _fields(request, act.on), act)
            session.flush()
            number = made.id
    except RegisterError as error:
        return _list(request, error)
    return RedirectResponse(f"/register/processors/{number}?done=added", status_code=303)


def one(request: Request) -> Response:
    """One processor: its terms, who stands above and below it, its copies, what was changed."""
    return _show(request)


def change(request: Request) -> Response:
    """Change what is known of a processor."""
    _check_all(request)
    try:
        act = act_of(request)
        with world_of(request).home.database.write() as session:
            processor = found(session, Processor, request.path_params["processor_id"])
            set_processor(session, processor.name, _fields(request, act.on, processor), act)
    except RegisterError as error:
        return _show(request, error)
    return RedirectResponse(f"/register/processors/{request.path_params['processor_id']}?done=change", status_code=303)


def may_change_processors(request: Request) -> bool:
    """Whether somebody may: a processor serves several departments, so the owner of a few extracts may not."""
    is_allowed = may(actor_of(request), Permission.CHANGE_PROCESSORS)
    return is_allowed and own_names(request, Permission.CHANGE_PROCESSORS) is None


def _check_all(request: Request) -> None:
    """Let nobody on who answers for some extracts alone: what is not theirs is not there."""
    if not may_change_processors(request):
        raise HTTPException(NOT_THERE)


def _fields(request: Request, on: Any, known: Processor | None = None) -> dict[str, Any]:
    """What the form says of it; the day of a consent that was known before stays as long as none is given."""
    fields: dict[str, Any] = {name: field_of(request, name) for name in ("under", "country", "contact")}
    contract, consent = field_of(request, "contract_kind"), field_of(request, "consent")
    fields["contract_kind"] = contract if contract in CONTRACT_KINDS else ""
    consent = consent if consent in CONSENTS else UNKNOWN
    given_on = field_of(request, "consent_on")
    if known is None or consent != consent_of(known.consent) or given_on:
        fields |= consent_day(consent, read_day(given_on) if given_on else None, on)
    return fields


def _list(request: Request, error: RegisterError | None = None) -> Response:
    world, asked = world_of(request), request.query_params
    text, consent = asked.get("q", "").casefold(), asked.get("consent", "")
    with world.home.database.read() as session:
        branches = tree(session, only=_own_ids(request, session))
        shown = [branch for branch in branches if _fits(branch, text, consent, holds=asked.get("holds", "") == "yes")]
        return world.pages.render(
            request, "processors.html", status=409 if error else 200, branches=shown, every=len(branches),
            is_tree=len(shown) == len(branches), text=asked.get("q", ""), consent=consent, holds=asked.get("holds", ""),
            consents=CONSENTS, contracts=CONTRACT_KINDS, processors=processor_names(session),
            said=error.said(world.pages.language(request)) if error else "", today=today_of(request),
            may_change=may_change_processors(request), processor=None,
        )  # fmt: skip


def _fits(branch: Branch, text: str, consent: str, *, holds: bool) -> bool:
    if holds and not branch.held:
        return False
    if consent in CONSENTS and branch.consent != consent:
        return False
    processor = branch.processor
    said = f"{processor.name} {processor.country} {processor.contact}".casefold()
    return all(word in said for word in text.split())


def _own_ids(request: Request, session: Session) -> set[int] | None:
    """The extracts whose copies are counted: a data owner's own; none of them for who may not see the register."""
    names = own_names(request, Permission.SEE_REGISTER)
    if names is None:
        return None
    return {number for number, name in session.execute(select(Extract.id, Extract.name)) if is_named(name, names)}


def _show(request: Request, error: RegisterError | None = None) -> Response:
    world, day = world_of(request), asked_day(request)
    sees_extracts = may(actor_of(request), Permission.SEE_REGISTER)
    with world.home.database.read() as session:
        processor = found(session, Processor, request.path_params["processor_id"])
        above = []
        step = processor.parent
        while step is not None and step not in above:
            above.append(step)
            step = step.parent
        held = own_extracts(request, session, day) if sees_extracts else []
        copies = [(one, line) for one in held for line in one.copies if line.processor_id == processor.id]
        return world.pages.render(
            request, "processor.html", status=409 if error else 200, processor=processor, above=above,
            consent=consent_of(processor.consent),
            below=[one for one in below(session, processor) if one.parent_id == processor.id], copies=copies,
            events=_events(session, processor, held), day=day, today=today_of(request),
            consents=CONSENTS, contracts=CONTRACT_KINDS,
            processors=[name for name in processor_names(session) if name != processor.name],
            said=error.said(world.pages.language(request)) if error else "", done=request.query_params.get("done", ""),
            may_change=may_change_processors(request), sees_extracts=sees_extracts,
        )  # fmt: skip


def _events(session: Session, processor: Processor, own: list[LentExtract]) -> list[dict[str, Any]]:
    """What was changed of it, and of its copies of the extracts that are seen; the latest first."""
    names = {one.id: one.name for one in own}
    order = (RegisterEvent.happened_on.desc(), RegisterEvent.id.desc())
    mine = (
        RegisterEvent.processor_id == processor.id,
        RegisterEvent.about.in_([kind.__tablename__ for kind in REGISTER]),
    )
    rows = session.scalars(select(RegisterEvent).where(*mine).order_by(*order))
    seen = (event for event in rows if event.extract_id is None or event.extract_id in names)
    told = told_events(list(islice(seen, MOST_EVENTS))[::-1])
    return [{**one, "holder": "", "extract": names.get(one["extract_id"], "")} for one in told]


ROUTES = [
    Guarded("/register/processors", page, needs=Permission.SEE_PROCESSORS),
    Guarded("/register/processors", add, methods=["POST"], needs=Permission.CHANGE_PROCESSORS),
    Guarded("/register/processors/{processor_id:id}", one, needs=Permission.SEE_PROCESSORS),
    Guarded("/register/processors/{processor_id:id}", change, methods=["POST"], needs=Permission.CHANGE_PROCESSORS),
]
