"""Deadlines: the page of all of them, and the forms of an incident's page that state facts and settle deadlines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from deadlines.facts import MOMENTS, QUESTIONS, RESIDENTS
from deadlines.rulebook import load_regimes
from incidents.clocks.keeping import FACT, WAS_MET
from incidents.clocks.reading import OPEN, SHOWN, clock_page, list_clocks, next_clocks
from incidents.clocks.settling import RESUMED, WAS_WAIVED, meet, resume, waive_clock
from incidents.clocks.statements import NAMES, said_of, say
from incidents.desk.next_step import DueReport
from incidents.errors import IncidentError
from people.roles import Permission
from reports.standing import standings_of
from web.access.guarded import Guarded
from web.access.own import own_incidents
from web.forms import as_moment, moment_field
from web.recorded import by_now, record
from web.world import actor_of, form_of, world_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session
    from starlette.requests import Request
    from starlette.responses import Response

    from reports.standing import ReportStanding

MOST: Final = 50
"""Running deadlines of one incident that are looked at."""
AT_DEADLINES = "#deadlines"
DEEDS = {"met": WAS_MET, "waived": WAS_WAIVED, "resumed": RESUMED}
LISTED: Final = 500
"""Deadlines of one page: those that end first; that there are more is told."""


def deadlines(request: Request) -> Response:
    """Deadlines of all incidents, and the regimes that they follow."""
    world = world_of(request)
    language, now = world.pages.language(request), world.home.clock.now()
    book = load_regimes(world.home.settings.home)
    show, regime = request.query_params.get("show", OPEN), request.query_params.get("regime", "")
    show = show if show in SHOWN else OPEN
    regime = regime if regime in {one.id for one in book.regimes} else ""
    with world.home.database.read() as session:
        own = own_incidents(request, session)
        lines = list_clocks(session, language=language, now=now, show=show, regime=regime, only=own, limit=LISTED + 1)
        lines, is_cut = lines[:LISTED], len(lines) > LISTED
        reports = standings_of(
            session, {one.incident_id for one in lines}, language=language, actor=actor_of(request), now=now
        )
    return world.pages.render(
        request, "deadlines.html", lines=lines, most=LISTED if is_cut else 0, clock_reports=reports, show=show,
        choices=SHOWN, regime=regime, book=book, rules=sorted(book.regimes, key=lambda one: (one.template, one.id)),
    )  # fmt: skip


def facts(request: Request) -> Response:
    """What somebody knows of an incident that deadlines depend on."""
    form, home = form_of(request), world_of(request).home
    zone = home.settings.zone

    def write(session: Session, incident_id: int) -> None:
        told = said_of(session, incident_id)
        given: dict[str, str] = {}
        for name in NAMES:
            value = form.get(name)
            if value is None or (name in MOMENTS and value == moment_field(told.get(name, ""), zone)):
                continue
            at = as_moment(value, zone) if name in MOMENTS else None
            given[name] = at.isoformat() if at else "" if name in MOMENTS else value
        say(
            session, incident_id, given, reason=form.get("reason", ""), book=load_regimes(home.settings.home),
            **by_now(request),
        )  # fmt: skip

    return record(request, write, done=FACT, place=AT_DEADLINES)


def settle(request: Request) -> Response:
    """A deadline was met, is waived, or runs again."""
    form, home = form_of(request), world_of(request).home
    deed, name, reason = form.get("deed", ""), form.get("name", ""), form.get("reason", "")

    def write(session: Session, incident_id: int) -> None:
        who: dict[str, Any] = by_now(request) | {"book": load_regimes(home.settings.home)}
        if deed == "met":
            at = as_moment(form.get("at", ""), home.settings.zone) or who["now"]
            meet(session, incident_id, name, reference=reason, at=at, **who)
        elif deed in DEEDS:
            doing = waive_clock if deed == "waived" else resume
            doing(session, incident_id, name, reason=reason, **who)
        else:
            raise IncidentError("no_deed", deed=deed, expected=", ".join(DEEDS))

    return record(request, write, done=DEEDS.get(deed, ""), place=AT_DEADLINES)


def shown_deadlines(request: Request, session: Session, incident_id: int) -> dict[str, Any]:
    """The values that the templates of deadlines take at an incident's page."""
    world = world_of(request)
    settings = world.home.settings
    page = clock_page(
        session, incident_id, load_regimes(settings.home), language=world.pages.language(request),
        now=world.home.clock.now(), zone=settings.zone,
    )  # fmt: skip
    told = said_of(session, incident_id)
    fields = {name: moment_field(told.get(name, ""), settings.zone) if name in MOMENTS else told.get(name, "")
              for name in NAMES}  # fmt: skip
    return {"clocks": page, "clock_fields": fields, "clock_kinds": _kinds()}


@dataclass(frozen=True, slots=True)
class ReportsDue:
    """How the reports stand that deadlines of an incident ask for, and those of them whose deadline presses."""

    standings: Mapping[tuple[int, str], ReportStanding]
    pressing: Sequence[DueReport]


def reports_due(request: Request, session: Session, incident_id: int) -> ReportsDue:
    """The reports that deadlines of one incident ask for."""
    world, actor = world_of(request), actor_of(request)
    language, now = world.pages.language(request), world.home.clock.now()
    found = standings_of(session, [incident_id], language=language, actor=actor, now=now)
    lead = now + timedelta(hours=max(world.home.settings.alerts.deadline_hours, default=0))
    running = next_clocks(session, language=language, now=now, limit=MOST, of=incident_id)
    pressing = [
        DueReport(one.form, one.title, one.state, one.number, clock.last_at, one.is_mine)
        for clock in running
        if clock.last_at is not None and clock.last_at <= lead and (one := found.get((incident_id, clock.name)))
    ]  # fmt: skip
    return ReportsDue(found, pressing)


def _kinds() -> dict[str, str]:
    """How each fact is asked for: as a question, a moment, a text of country codes, or a number."""
    others = {RESIDENTS: "countries"} | dict.fromkeys(MOMENTS, "moment") | dict.fromkeys(QUESTIONS, "question")
    return {name: others.get(name, "number") for name in NAMES}


ONE = "/incidents/{incident_id:id}"
ROUTES = [
    Guarded("/deadlines", deadlines, needs=Permission.SEE_CASES),
    Guarded(f"{ONE}/facts", facts, methods=["POST"], needs=Permission.STEER_CASES),
    Guarded(f"{ONE}/deadlines", settle, methods=["POST"], needs=Permission.STEER_CASES),
]
