"""A spreadsheet of the register taken in: copies and processors, a row at a time, as `hinomi extracts import` does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.exceptions import HTTPException

from core.errors import HinomiError
from core.processes.child import run_hinomi
from custody.enrolment.uploads import PLAIN, Uploads
from custody.errors import RegisterError
from custody.register.sheets import HEADERS, read_register
from people.roles import Permission
from web.access.guarded import Guarded
from web.access.own import own_names
from web.routes.register.asked import NOT_THERE
from web.uploads.files import FILE_NAME
from web.world import actor_of, form_of, world_of

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response

    from custody.register.sheets import Imported

LIMIT_S: Final = 120.0
SHOWN_REJECTED: Final = 200
BAD_REQUEST: Final = 400


def page(request: Request) -> Response:
    """The form for a sheet."""
    _check_all(request)
    return _show(request)


def take(request: Request) -> Response:
    """Take in a sheet that the gate has written to disk; the file goes at once."""
    home, name = world_of(request).home, request.scope.get("hinomi.upload", "")
    if not name:
        raise HTTPException(BAD_REQUEST)
    uploads = Uploads(home.settings.home, home.clock)
    try:
        _check_all(request)
        # A workbook is opened by a child without key, index, database and network: a hostile one ends that alone.
        ended = run_hinomi(
            ["uploads", "plain", name, form_of(request)[FILE_NAME]], home=home.settings.home,
            log=home.settings.home / "logs" / "uploads.log", limit_s=LIMIT_S,
        )  # fmt: skip
        plain = uploads.folder_of(name) / PLAIN
        if ended.code or not plain.is_file():
            return _show(request, wrong="no_table")
        return _show(request, done=_read(request, plain))
    except HinomiError:
        return _show(request, wrong="no_columns")
    finally:
        uploads.abandon(name)


def _read(request: Request, plain: Path) -> Imported:
    world = world_of(request)
    language = world.pages.language(request)

    def said(error: HinomiError) -> str:
        return error.said(language) if isinstance(error, RegisterError) else str(error)

    actor, now = actor_of(request).signature, world.home.clock.now()
    return read_register(plain, world.home.database, actor=actor, now=now, said=said)


def _check_all(request: Request) -> None:
    """A sheet holds anybody's extracts, and processors: who answers for some extracts alone has none to take in."""
    if own_names(request, Permission.CHANGE_REGISTER) is not None:
        raise HTTPException(NOT_THERE)


def _show(request: Request, done: Imported | None = None, wrong: str = "") -> Response:
    return world_of(request).pages.render(
        request, "register_import.html", status=409 if wrong else 200, done=done, wrong=wrong, most=SHOWN_REJECTED,
        headers=[(names[0], names[1:]) for names in HEADERS.values()],
    )  # fmt: skip


ROUTES = [
    Guarded("/register/import", page, needs=Permission.CHANGE_REGISTER),
    Guarded("/register/import", take, methods=["POST"], needs=Permission.CHANGE_REGISTER),
]
