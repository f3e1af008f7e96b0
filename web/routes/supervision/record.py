"""One record: what it says, its answers, attachments and history; changed, withdrawn, checked by somebody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from custody.errors import RegisterError
from custody.models import Edge, Extract, Processor, RegisterEvent
from custody.supervision.check_sheets import CHOICE, YES_NO
from custody.supervision.kinds import KINDS, SHEET
from custody.supervision.models import SupervisionRecord
from custody.supervision.records import CHECKS, change_record, check, findings_of, get_record, withdraw, wrote_part
from people.roles import Permission, may
from web.access.guarded import Guarded
from web.routes.register.asked import NOT_THERE, TEXT_LIMIT, field_of, today_of
from web.routes.register.particular import told_events
from web.routes.supervision.given import (
    check_all,
    deed_of,
    may_change,
    may_end,
    record_fields,
    said_of,
    sees_extracts,
    sheets_of,
)
from web.world import actor_of, form_of, world_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from starlette.requests import Request
    from starlette.responses import Response

CHANGE, ANSWER, WITHDRAW = "change", "answer", "withdraw"
_CHOSEN: Final = (YES_NO, CHOICE)


def page(request: Request) -> Response:
    """The record."""
    return _show(request)


def act(request: Request) -> Response:
    """Change it, answer questions of a sheet, or withdraw it."""
    check_all(request)
    deed = field_of(request, "do")
    if deed not in {CHANGE, ANSWER, WITHDRAW}:
        raise HTTPException(400)
    try:
        with world_of(request).home.database.write() as session:
            made = _found(request, session)
            if deed == WITHDRAW:
                _check_copy(request, session, made)
                withdraw(session, made, deed_of(request))
            else:
                fields = _answers(request, made) if deed == ANSWER else record_fields(request, made.kind)
                change_record(session, made, fields, deed_of(request), sheets=sheets_of(request))
    except RegisterError as error:
        return _show(request, error)
    return _again(request, deed)


def checked(request: Request) -> Response:
    """The second line's word on it."""
    try:
        with world_of(request).home.database.write() as session:
            words = field_of(request, "reason", TEXT_LIMIT)
            check(session, _found(request, session), field_of(request, "result"), deed_of(request), words=words)
    except RegisterError as error:
        return _show(request, error)
    return _again(request, "check")


def _again(request: Request, done: str) -> Response:
    return RedirectResponse(f"/supervision/records/{request.path_params['record_id']}?done={done}", status_code=303)


def _found(request: Request, session: Session) -> SupervisionRecord:
    try:
        return get_record(session, request.path_params["record_id"])
    except RegisterError:
        raise HTTPException(NOT_THERE) from None


def _check_copy(request: Request, session: Session, made: SupervisionRecord) -> None:
    """A certificate that is withdrawn may open its copy again: that takes who may change the extract.

    Raises:
        HTTPException: They may not.
    """
    extract = session.get(Extract, made.extract_id) if made.extract_id else None
    if extract is not None and not may_end(request, extract.name):
        raise HTTPException(NOT_THERE)


def _answers(request: Request, made: SupervisionRecord) -> dict[str, Any]:
    """The answers that the form changes; the day and who answers are those of today."""
    if made.kind != SHEET:
        raise HTTPException(400)
    form, today, actor = form_of(request), today_of(request).isoformat(), actor_of(request)
    given = {}
    for name in form:
        number = name.removeprefix("answer-")
        if number == name:
            continue
        said = {
            "answer": field_of(request, name, TEXT_LIMIT),
            "words": field_of(request, f"words-{number}", TEXT_LIMIT),
        }
        before = made.data.get(number, {})
        if any(said[key] != before.get(key, "") for key in said):
            given[number] = {**said, "on": today, "by": actor.name}
    return {"data": given}


def _show(request: Request, error: RegisterError | None = None) -> Response:
    world, sheets = world_of(request), sheets_of(request)
    language = world.pages.language(request)
    with world.home.database.read() as session:
        made = _found(request, session)
        sheet = sheets.get(made.topic) if made.kind == SHEET else None
        mine = (RegisterEvent.about == SupervisionRecord.__tablename__, RegisterEvent.about_id == made.id)
        events = session.scalars(select(RegisterEvent).where(*mine).order_by(RegisterEvent.id)).all()
        is_own = wrote_part(session, made, actor_of(request).signature)
        extract = session.get(Extract, made.extract_id) if made.extract_id and sees_extracts(request) else None
        return world.pages.render(
            request, "supervision_record.html", status=409 if error else 200, said=said_of(request, error),
            record=made, kind=KINDS[made.kind], sheet=sheet, sheet_title=sheet.title(language) if sheet else "",
            processor=session.get(Processor, made.processor_id) if made.processor_id else None,
            edge=session.get(Edge, made.edge_id) if made.edge_id else None, extract=extract,
            findings=findings_of(session, made), events=told_events(events), checks=CHECKS, chosen=_CHOSEN,
            may_change=may_change(request) and made.withdrawn_on is None, done=request.query_params.get("done", ""),
            may_check=may(actor_of(request), Permission.CHECK_SUPERVISION) and not is_own and made.withdrawn_on is None,
            today=today_of(request),
        )  # fmt: skip


ROUTES = [
    Guarded("/supervision/records/{record_id:id}", page, needs=Permission.SEE_SUPERVISION),
    Guarded("/supervision/records/{record_id:id}", act, methods=["POST"], needs=Permission.CHANGE_SUPERVISION),
    Guarded("/supervision/records/{record_id:id}/check", checked, methods=["POST"], needs=Permission.CHECK_SUPERVISION),
]
