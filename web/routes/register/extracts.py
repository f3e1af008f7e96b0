"""The register extract by extract: filtered, sorted, as of any day; as a file for a spreadsheet; and a new extract."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from custody.errors import RegisterError
from custody.models import Processor
from custody.register.holdings import add_extract, lend
from custody.register.processors import CONTRACT_KINDS, get_processor
from custody.register.search import DEFAULT_SORT, SORTS, STANDINGS, RegisterQuery, find_extracts, sort_extracts
from custody.register.sheets import read_columns, read_day, write_register
from incidents.ownership import is_named
from people.roles import Permission, may
from web.access.guarded import Guarded
from web.access.own import own_names
from web.routes.register.asked import TEXT_LIMIT, act_of, asked_day, field_of, own_extracts, today_of
from web.world import actor_of, world_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session
    from starlette.requests import Request

A_PAGE: Final = 50
"""Extracts on a page."""
DAYS: Final = ("as_of", "due_on")
TEXTS: Final = ("purpose", "medium", "recipient")


def page(request: Request) -> Response:
    """The extracts that fit, a page of them."""
    world, asked = world_of(request), request.query_params
    day = asked_day(request)
    standing, contract, sort = asked.get("standing", ""), asked.get("contract", ""), asked.get("sort", DEFAULT_SORT)
    wanted = RegisterQuery(
        text=asked.get("q", "")[:TEXT_LIMIT],
        standing=standing if standing in STANDINGS else "",
        processor=asked.get("processor", ""),
        contract=contract if contract in CONTRACT_KINDS else "",
    )
    with world.home.database.read() as session:
        every = own_extracts(request, session, day)
        processors = processor_names(session)
    fit = sort_extracts(find_extracts(every, wanted), sort)
    number = int(asked["page"]) if asked.get("page", "").isdecimal() and len(asked["page"]) < len("1000000") else 1
    pages = max(1, -(-len(fit) // A_PAGE))
    number = min(max(1, number), pages)
    return world.pages.render(
        request, "register.html", extracts=fit[A_PAGE * (number - 1) : A_PAGE * number], found=len(fit),
        counts={one: sum(extract.standing == one for extract in every) for one in STANDINGS}, every=len(every),
        wanted=wanted, standings=STANDINGS, processors=processors, contracts=CONTRACT_KINDS, sorts=list(SORTS),
        sort=sort if sort in SORTS else DEFAULT_SORT, number=number, pages=pages, day=day, today=today_of(request),
        may_import=may(actor_of(request), Permission.CHANGE_REGISTER)
        and own_names(request, Permission.CHANGE_REGISTER) is None,
    )  # fmt: skip


def export(request: Request) -> Response:
    """The register of a day as CSV, which `hinomi extracts import` reads back; a data owner's own extracts alone."""
    day = asked_day(request)
    with world_of(request).home.database.read() as session:
        own = own_extracts(request, session, day)
    text = io.StringIO(newline="")
    write_register((line for one in own for line in (one.copies or (one.about,))), text)
    name = f"register-{day.isoformat()}.csv"
    # With a mark in front, so that spreadsheets see that it is UTF-8.
    content = b"\xef\xbb\xbf" + text.getvalue().encode()
    return Response(content, media_type="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'})


def new(request: Request) -> Response:
    """The form for an extract that is lent without being enrolled."""
    return _form(request)


def add(request: Request) -> Response:
    """Put an extract into the register, and lend it where a holder is named."""
    name, holder = field_of(request, "name"), field_of(request, "holder")
    if not name:
        raise HTTPException(400)
    try:
        _check_name(request, name)
        act, fields = act_of(request), extract_fields(request, is_enrolled=False)
        with world_of(request).home.database.write() as session:
            extract = add_extract(session, name, fields, act)
            if holder:
                lend(session, extract, get_processor(session, holder), act)
            session.flush()
            number = extract.id
    except RegisterError as error:
        return _form(request, error)
    return RedirectResponse(f"/register/extracts/{number}?done=added", status_code=303)


def _check_name(request: Request, name: str) -> None:
    """A data owner adds extracts of their own alone.

    Raises:
        RegisterError: It would be somebody else's.
    """
    names = own_names(request, Permission.CHANGE_REGISTER)
    if names is not None and not is_named(name, names):
        raise RegisterError(f"{name!r} is not yours", key="not_yours", name=name)


def extract_fields(request: Request, *, is_enrolled: bool) -> dict[str, Any]:
    """What a form says of an extract; of one that was enrolled, columns and size are those of its rows.

    Raises:
        RegisterError: A day is none, or a number.
    """
    fields: dict[str, Any] = {name: field_of(request, name, TEXT_LIMIT) for name in TEXTS}
    contract = field_of(request, "contract_kind")
    fields["contract_kind"] = contract if contract in CONTRACT_KINDS else ""
    due_on = field_of(request, "due_on")
    fields["due_on"] = read_day(due_on) if due_on else None
    if is_enrolled:
        return fields
    if as_of := field_of(request, "as_of"):
        fields["as_of"] = read_day(as_of)
    fields["columns"] = read_columns(field_of(request, "columns", TEXT_LIMIT))
    size = field_of(request, "size").replace(",", "")
    if size and not (size.isascii() and size.isdigit() and len(size) < len("1000000000")):
        raise RegisterError(f"size {size!r} is no number", key="no_number", text=size)
    fields["size"] = int(size or 0)
    return fields


def processor_names(session: Session) -> Sequence[str]:
    """Every processor's name."""
    return session.scalars(select(Processor.name).order_by(Processor.name)).all()


def _form(request: Request, error: RegisterError | None = None) -> Response:
    world = world_of(request)
    with world.home.database.read() as session:
        processors = processor_names(session)
    return world.pages.render(
        request, "new_extract.html", status=409 if error else 200, processors=processors, contracts=CONTRACT_KINDS,
        said=error.said(world.pages.language(request)) if error else "", today=today_of(request),
        own=own_names(request, Permission.CHANGE_REGISTER),
    )  # fmt: skip


ROUTES = [
    Guarded("/register", page, needs=Permission.SEE_REGISTER),
    Guarded("/register/export.csv", export, needs=Permission.SEE_REGISTER),
    Guarded("/register/extracts/new", new, needs=Permission.CHANGE_REGISTER),
    Guarded("/register/extracts/new", add, methods=["POST"], needs=Permission.CHANGE_REGISTER),
]
