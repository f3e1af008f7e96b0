"""One extract: what it is, who holds copies, what happened to it, which incidents it explains, who else holds these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from core.errors import HinomiError
from custody.lifecycle import TABLE
from custody.models import DONE, LENT, Enrolment, Extract, RegisterEvent
from custody.register.copies_of import holders_of
from custody.register.history import events_of
from custody.register.overview import register_on
from custody.register.processors import CONTRACT_KINDS
from custody.register.search import extracts_among
from incidents import queries
from incidents.models import FindingRow, LeakExtract
from incidents.ownership import is_named
from people.roles import Permission, may
from web.access.guarded import Guarded
from web.access.own import own_incidents, own_names
from web.routes.register.asked import asked_day, found, today_of
from web.routes.register.extracts import processor_names
from web.routes.register.picture import pictures_of
from web.world import actor_of, world_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session
    from starlette.requests import Request
    from starlette.responses import Response

    from custody.errors import RegisterError
    from custody.register.copies_of import Reached
    from custody.register.overview import Line
    from incidents.views import IncidentLine

MOST_EVENTS: Final = 500
"""Of the history of one extract; what is older is in the export and on the command line."""


@dataclass(frozen=True, slots=True)
class ElsewhereHeld:
    """Who else holds the customers of an extract, or why nobody can say.

    Attributes:
        reached: The copies, most of the customers first.
        unknown: Extracts that are not enrolled.
        problem: Why it could not be looked up.
    """

    reached: tuple[Reached, ...] = ()
    unknown: tuple[str, ...] = ()
    problem: str = ""


def page(request: Request) -> Response:
    """The extract as it was on a day."""
    return show_extract(request)


def show_extract(request: Request, error: RegisterError | None = None) -> Response:
    """The page of the extract in the address; with what was refused, if something was."""
    world, day = world_of(request), asked_day(request)
    language = world.pages.language(request)
    with world.home.database.read() as session:
        extract = found(session, Extract, request.path_params["extract_id"])
        shown = extracts_among(register_on(session, day, only=[extract.name]))
        events = list(events_of(session, extract))[-MOST_EVENTS:]
        incidents = _incidents(request, session, extract.name)
        values = {
            "extract": extract, "lent": shown[0] if shown else None, "events": told_events(events),
            "incidents": incidents, "processors": processor_names(session),
            "pictures": pictures_of(session, extract, day),
            "is_enrolled": is_enrolled(session, extract),
            "may_change": _may_change(request, extract.name),
        }  # fmt: skip
        elsewhere = _elsewhere(request, session, extract.name) if request.query_params.get("holders") else None
        return world.pages.render(
            request, "extract.html", status=409 if error else 200, day=day, today=today_of(request),
            said=error.said(language) if error else "", done=request.query_params.get("done", ""),
            possible={state: [act for act, steps in TABLE.items() if state in steps] for state in _STATES},
            contracts=CONTRACT_KINDS, elsewhere=elsewhere, **values,
        )  # fmt: skip


def is_enrolled(session: Session, extract: Extract) -> bool:
    """Whether rows of it were ever enrolled."""
    done = select(Enrolment.id).where(Enrolment.extract_id == extract.id, Enrolment.state == DONE)
    return session.scalar(done.limit(1)) is not None


def told_events(events: Iterable[RegisterEvent]) -> list[dict[str, Any]]:
    """Changes of the register as a page tells them, the latest first: old and new values where they differ."""
    told = []
    for event in events:
        changes = [(name, (old or None) if old != new else None, new) for name, (old, new) in event.changes.items()]
        told.append({
            "on": event.happened_on, "at": event.recorded_at, "kind": event.kind, "actor": event.actor,
            "reason": event.reason, "holder": event.processor_name if event.about != "extracts" else "",
            "extract_id": event.extract_id, "extract": "",
            "changes": [(name, old, new) for name, old, new in changes if new or old],
        })  # fmt: skip
    return told[::-1]


_STATES: Final = (LENT, "returned", "erased")


def _may_change(request: Request, name: str) -> bool:
    actor = actor_of(request)
    names = own_names(request, Permission.CHANGE_REGISTER)
    return may(actor, Permission.CHANGE_REGISTER) and (names is None or is_named(name, names))


def _incidents(request: Request, session: Session, name: str) -> list[IncidentLine]:
    """The incidents that it explains customers of, as far as whoever asks may see them."""
    ids = set(
        session.scalars(
            select(FindingRow.incident_id)
            .join(LeakExtract, LeakExtract.finding_id == FindingRow.id)
            .where(LeakExtract.extract == name, FindingRow.incident_id.is_not(None))
            .distinct()
        )
    )
    own = own_incidents(request, session)
    wanted = {one for one in ids if one is not None and (own is None or one in own)}
    language = world_of(request).pages.language(request)
    return queries.list_incidents(session, language=language, only=wanted) if wanted else []


def _elsewhere(request: Request, session: Session, name: str) -> ElsewhereHeld:
    """Whose copies have customers of it in them: looked up in the index, so only when somebody asks."""
    names = own_names(request, Permission.SEE_REGISTER)

    def is_shown(line: Line) -> bool:
        return names is None or is_named(line.extract, names)

    try:
        index = world_of(request).home.open_index()
        reached, unknown = holders_of(session, index, index.members(name), today_of(request))
    except HinomiError as error:
        return ElsewhereHeld(problem=str(error))
    shown = [one for one in reached if is_shown(one.line)]
    return ElsewhereHeld(tuple(shown), tuple(one for one in unknown if names is None or is_named(one, names)))


ROUTES = [Guarded("/register/extracts/{extract_id:id}", page, needs=Permission.SEE_REGISTER)]
