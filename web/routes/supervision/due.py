"""What is overdue, or due soon, of everybody's supervision: filtered, a page at a time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from starlette.responses import RedirectResponse

from custody.errors import RegisterError
from custody.supervision.kinds import SHEET
from custody.supervision.overdue import CERTIFICATE_LACKS, COPY_BACK, DUTIES, SOON, counted, duties_on
from custody.supervision.records import About, add_record
from people.roles import Permission
from web.access.guarded import Guarded
from web.routes.register.asked import field_of, today_of
from web.routes.supervision.given import check_all, deed_of, may_change, said_of, sees_extracts, sheets_of
from web.world import world_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

A_PAGE: Final = 50
_NO_NUMBER: Final = len("1000000")


def page(request: Request) -> Response:
    """The duties that fit."""
    return _show(request)


def begin(request: Request) -> Response:
    """Begin a sheet about the carrier itself."""
    check_all(request)
    try:
        with world_of(request).home.database.write() as session:
            fields = {"topic": field_of(request, "topic"), "happened_on": today_of(request)}
            made = add_record(session, SHEET, About(), fields, deed_of(request), sheets=sheets_of(request))
            session.flush()
            number = made.id
    except RegisterError as error:
        return _show(request, error)
    return RedirectResponse(f"/supervision/records/{number}", status_code=303)


def _show(request: Request, error: RegisterError | None = None) -> Response:
    world, asked, today = world_of(request), request.query_params, today_of(request)
    sheets = sheets_of(request)
    with world.home.database.read() as session:
        lines = (line for one in world.shelf.extracts_on(session, today) for line in one.copies)
        every = duties_on(session, today, within=SOON, sheets=sheets, lines=lines, zone=world.home.settings.zone)
    duty, text = asked.get("duty", ""), asked.get("q", "").casefold()
    within = timedelta() if asked.get("when", "") == "overdue" else SOON
    fit = [
        one for one in every
        if (one.kind == duty or duty not in DUTIES) and text in f"{one.processor} {one.under}".casefold()
        and (one.is_overdue(today) or within)
    ]  # fmt: skip
    number = int(asked["page"]) if asked.get("page", "").isdecimal() and len(asked["page"]) < _NO_NUMBER else 1
    pages = max(1, -(-len(fit) // A_PAGE))
    number = min(max(1, number), pages)
    return world.pages.render(
        request, "supervision.html", status=409 if error else 200, said=said_of(request, error),
        duties=fit[A_PAGE * (number - 1) : A_PAGE * number], found=len(fit), counts=counted(every, today),
        number=number, pages=pages, duty=duty, text=asked.get("q", ""), when=asked.get("when", ""), today=today,
        kinds=DUTIES, hidden=() if sees_extracts(request) else (COPY_BACK, CERTIFICATE_LACKS),
        may_change=may_change(request), sheets=[one for one in sheets.values() if one.is_own],
    )  # fmt: skip


ROUTES = [
    Guarded("/supervision", page, needs=Permission.SEE_SUPERVISION),
    Guarded("/supervision", begin, methods=["POST"], needs=Permission.CHANGE_SUPERVISION),
]
