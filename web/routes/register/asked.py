"""What the pages of the register ask of every request: which day, whose extracts, who changes what from when."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from starlette.exceptions import HTTPException

from core.clock import local
from custody.errors import RegisterError
from custody.register.history import Act
from custody.register.sheets import read_day
from incidents.ownership import is_named
from people.roles import Permission
from web.access.own import own_names
from web.world import actor_of, form_of, world_of

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session
    from starlette.requests import Request

    from custody.models import Extract, Processor
    from custody.register.search import LentExtract

Entry = TypeVar("Entry", bound="Extract | Processor")
NAME_LIMIT = 200
TEXT_LIMIT = 2000
NOT_THERE = 404


def today_of(request: Request) -> date:
    """The day it is where the carrier is."""
    home = world_of(request).home
    return local(home.clock.now(), home.settings.zone).date()


def asked_day(request: Request) -> date:
    """The day that a page shows the register of: today unless another is asked for; one that is none is today."""
    text = request.query_params.get("as_of", "").strip()
    try:
        return read_day(text) if text else today_of(request)
    except RegisterError:
        return today_of(request)


def own_extracts(request: Request, session: Session, day: date) -> list[LentExtract]:
    """The extracts of a day that whoever asks may see, by name."""
    extracts, names = world_of(request).shelf.extracts_on(session, day), own_names(request, Permission.SEE_REGISTER)
    return extracts if names is None else [one for one in extracts if is_named(one.name, names)]


def field_of(request: Request, name: str, most: int = NAME_LIMIT) -> str:
    """A field of the form without what surrounds it and without signs that control a screen."""
    text = form_of(request).get(name, "")[:most]
    return "".join(sign if sign.isprintable() else " " for sign in text).strip()


def act_of(request: Request) -> Act:
    """Who changes the register, from which day on, and why.

    Raises:
        RegisterError: The day is none, has not come yet, or no reason is given.
    """
    on, reason = field_of(request, "on"), field_of(request, "reason", TEXT_LIMIT)
    if not reason:
        raise RegisterError("a change of the register needs a reason", key="no_reason")
    day, today = read_day(on) if on else today_of(request), today_of(request)
    if day > today:
        raise RegisterError(f"{day} has not come yet", key="not_yet", day=day)
    return Act(actor_of(request).signature, world_of(request).home.clock.now(), day, reason)


def found(session: Session, kind: type[Entry], number: int) -> Entry:
    """The entry of that number.

    Raises:
        HTTPException: There is none.
    """
    one = session.get(kind, number)
    if one is None:
        raise HTTPException(NOT_THERE)
    return one
