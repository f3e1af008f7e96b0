"""Files of supervision: attachments, kept in the archive and given back as they came; all of it as a workbook."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from archive.models import DocumentRow
from core.errors import HinomiError
from core.processes.child import run_hinomi
from custody.enrolment.uploads import PLAIN, Uploads
from custody.errors import RegisterError
from custody.supervision.exchange import exchange_rows, headers_in, read_exchange
from custody.supervision.records import LARGEST_BYTES, EvidenceFile, attach, get_record
from custody.supervision.words import Words
from custody.supervision.workbooks import workbook_bytes
from people.roles import Permission
from web.access.guarded import Guarded
from web.routes.register.asked import NOT_THERE, field_of
from web.routes.supervision.given import check_all, deed_of, may_end, number_of, sees_extracts, sheets_of
from web.uploads.files import FILE_NAME
from web.world import form_of, world_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from custody.register.sheets import Imported

LIMIT_S: Final = 120.0
SHOWN_REJECTED: Final = 200
BAD_REQUEST, TOO_LARGE = 400, 413
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def take(request: Request) -> Response:
    """Keep a file in the archive and put it to a record; what came by the form is gone afterwards."""
    home, name, number = world_of(request).home, request.scope.get("hinomi.upload", ""), number_of(request, "record")
    if not name:
        raise HTTPException(BAD_REQUEST)
    uploads = Uploads(home.settings.home, home.clock)
    try:
        check_all(request)
        if number is None:
            raise HTTPException(BAD_REQUEST)
        file_name = form_of(request)[FILE_NAME]
        file = uploads.folder_of(name) / file_name
        if file.stat().st_size > LARGEST_BYTES:
            raise HTTPException(TOO_LARGE)
        with home.database.read() as session:
            get_record(session, number)
        kept = home.archive.keep_evidence(file, file_name)
        with home.database.write() as session:
            document = session.get_one(DocumentRow, kept.document_id)
            made = EvidenceFile(document.id, document.sha256, file_name, field_of(request, "question"))
            attach(session, get_record(session, number), made, deed_of(request))
    except RegisterError:
        raise HTTPException(NOT_THERE) from None
    finally:
        uploads.abandon(name)
    return RedirectResponse(f"/supervision/records/{number}?done=attach", status_code=303)


def give(request: Request) -> Response:
    """An attachment as it came, verified; a browser is to keep it and not to show it."""
    home, document_id = world_of(request).home, request.path_params["attachment_id"]
    with home.database.read() as session:
        try:
            documents = get_record(session, request.path_params["record_id"]).documents
        except RegisterError:
            raise HTTPException(NOT_THERE) from None
        name = next((one["name"] for one in documents if one["document_id"] == document_id), "")
        document = session.get(DocumentRow, document_id)
        if not name or document is None:
            raise HTTPException(NOT_THERE)
        content = home.archive.read(document)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return Response(content, media_type="application/octet-stream", headers=headers)


def export(request: Request) -> Response:
    """Contracts and records as a workbook, which is taken in again; for who may see every extract's name."""
    if not sees_extracts(request):
        raise HTTPException(NOT_THERE)
    world = world_of(request)
    words = Words(world.pages.language(request))
    with world.home.database.read() as session:
        content = workbook_bytes([("supervision", headers_in(words), exchange_rows(session, words))])
    return Response(
        content, media_type=XLSX, headers={"Content-Disposition": 'attachment; filename="supervision.xlsx"'}
    )


def page(request: Request) -> Response:
    """The form for a workbook."""
    check_all(request)
    return _show(request)


def read(request: Request) -> Response:
    """Take in a workbook or CSV; the file goes at once."""
    home, name = world_of(request).home, request.scope.get("hinomi.upload", "")
    if not name:
        raise HTTPException(BAD_REQUEST)
    uploads = Uploads(home.settings.home, home.clock)
    try:
        check_all(request)
        # As with the register's sheets: a child that can reach nothing opens what somebody handed in.
        ended = run_hinomi(
            ["uploads", "plain", name, form_of(request)[FILE_NAME]], home=home.settings.home,
            log=home.settings.home / "logs" / "uploads.log", limit_s=LIMIT_S,
        )  # fmt: skip
        plain = uploads.folder_of(name) / PLAIN
        if ended.code or not plain.is_file():
            return _show(request, wrong="no_table")
        language = world_of(request).pages.language(request)

        def said(error: HinomiError) -> str:
            return error.said(language) if isinstance(error, RegisterError) else str(error)

        done = read_exchange(
            plain, home.database, act=deed_of(request), sheets=sheets_of(request), said=said,
            may_end=partial(may_end, request),
        )  # fmt: skip
        return _show(request, done=done)
    except HinomiError:
        return _show(request, wrong="no_columns")
    finally:
        uploads.abandon(name)


def _show(request: Request, done: Imported | None = None, wrong: str = "") -> Response:
    world = world_of(request)
    return world.pages.render(
        request, "supervision_import.html", status=409 if wrong else 200, done=done, wrong=wrong,
        most=SHOWN_REJECTED, headers=headers_in(Words(world.pages.language(request))),
    )  # fmt: skip


ROUTES = [
    Guarded("/supervision/attach", take, methods=["POST"], needs=Permission.CHANGE_SUPERVISION),
    Guarded(
        "/supervision/records/{record_id:id}/attachments/{attachment_id:id}", give, needs=Permission.SEE_SUPERVISION
    ),
    Guarded("/supervision/export.xlsx", export, needs=Permission.SEE_SUPERVISION),
    Guarded("/supervision/import", page, needs=Permission.CHANGE_SUPERVISION),
    Guarded("/supervision/import", read, methods=["POST"], needs=Permission.CHANGE_SUPERVISION),
]
