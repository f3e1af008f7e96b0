"""What the pages of supervision ask of every request: who changes what, whose names may be seen, which sheets are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from starlette.exceptions import HTTPException

from custody.models import Extract
from custody.register.history import Act
from custody.register.holdings import get_extract
from custody.register.sheets import read_day
from custody.supervision.check_sheets import all_sheets
from custody.supervision.kinds import DAYS, KINDS
from custody.supervision.records import check_days
from people.roles import Permission, may_with, may_with_all
from web.routes.register.asked import NOT_THERE, TEXT_LIMIT, field_of, today_of
from web.world import actor_of, world_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from starlette.requests import Request

    from custody.errors import RegisterError
    from custody.supervision.check_sheets import Sheets


def sheets_of(request: Request) -> Sheets:
    """The check sheets of this home."""
    return all_sheets(world_of(request).home.settings.home)


def may_change(request: Request) -> bool:
    """Whether somebody may: as with processors, the owner of a few extracts may not."""
    return may_with_all(actor_of(request), Permission.CHANGE_SUPERVISION)


def check_all(request: Request) -> None:
    """Let nobody on who answers for some extracts alone.

    Raises:
        HTTPException: They do.
    """
    if not may_change(request):
        raise HTTPException(NOT_THERE)


def sees_extracts(request: Request) -> bool:
    """Whether somebody may see the names of everybody's extracts."""
    return may_with_all(actor_of(request), Permission.SEE_REGISTER)


def may_end(request: Request, extract: str) -> bool:
    """Whether somebody may end, or open again, copies of the extract of that name: as in the register."""
    return may_with(actor_of(request), Permission.CHANGE_REGISTER, extract)


def copy_of(request: Request, session: Session, name: str) -> Extract:
    """The extract whose copy a certificate is about.

    Raises:
        HTTPException: It is not theirs to change, or there is none: both alike.
        RegisterError: There is none, told to whom every extract is open.
    """
    actor = actor_of(request)
    if may_with_all(actor, Permission.CHANGE_REGISTER):
        return get_extract(session, name)
    found = session.scalar(select(Extract).where(Extract.name == name))
    if found is None or not may_end(request, name):
        raise HTTPException(NOT_THERE)
    return found


def deed_of(request: Request) -> Act:
    """Who does it, today, and the reason that was given."""
    home = world_of(request).home
    return Act(
        actor_of(request).signature, home.clock.now(), today_of(request), field_of(request, "reason", TEXT_LIMIT)
    )


def record_fields(request: Request, kind: str) -> dict[str, Any]:
    """What the form says of a record of a kind; answers of a sheet are read apart.

    Raises:
        RegisterError: A day is none, or has not come yet although something is said to have happened on it.
    """
    found: dict[str, Any] = {}
    for name in KINDS[kind].fields:
        if name == "data":
            continue
        text = field_of(request, name, TEXT_LIMIT)
        found[name] = (read_day(text) if text else None) if name in DAYS else text
    check_days(found, today_of(request))
    return found


def number_of(request: Request, name: str) -> int | None:
    """A number of the form or the address; none where there is none."""
    text = field_of(request, name) or request.query_params.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < len("1000000000") else None


def said_of(request: Request, error: RegisterError | None) -> str:
    """An error in the reader's language."""
    return error.said(world_of(request).pages.language(request)) if error else ""
