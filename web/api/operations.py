"""Every call of the API; ``docs/api.md`` and ``/api/v1/openapi.json`` are written from this list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from starlette.exceptions import HTTPException

from core.query.errors import QueryError
from core.query.terms import MOST_CHARACTERS
from crawler.health import watched_sources
from deadlines.rulebook import load_regimes
from health.examination import examine
from incidents import actions, queries
from incidents.casework.playbooks import load_playbooks
from incidents.clocks.keeping import keep
from incidents.clocks.reading import OPEN, SHOWN, list_clocks
from incidents.errors import SearchError
from incidents.models import Incident
from incidents.states import STATES, needs_second
from people.approvals import DISMISS_CONFIRMED, Approvable, with_second
from people.errors import PeopleError
from people.workers import as_worker
from web.api import shapes
from web.api.door import Operation
from web.api.given import LANGUAGE, LARGEST_ID, LIMIT, ONE, PAGED, WRONG, incident_of, limit_of, number_of
from web.api.reports import REPORT_OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.actors import Actor
    from home import Home
    from web.api.door import Call


def incidents(call: Call) -> Mapping[str, Any]:
    """Newest first, below the cursor's number."""
    state, limit = call.query.get("state", ""), limit_of(call)
    if state and state not in STATES:
        raise HTTPException(WRONG, f"state: expected one of {', '.join(STATES)}")
    below = number_of(call.query.get("cursor", ""))
    lines = queries.list_incidents(call.session, language=LANGUAGE, state=state or None)
    lines = [line for line in sorted(lines, key=lambda line: -line.id) if below is None or line.id < below]
    return {"incidents": lines[:limit], "next": str(lines[limit - 1].id) if len(lines) > limit else ""}


def incident(call: Call) -> object:
    """One."""
    return queries.incident_line(call.session, incident_of(call), language=LANGUAGE)


def timeline(call: Call) -> Mapping[str, Any]:
    """The events of one incident."""
    return _events(call, f"incident:{incident_of(call)}")


def events(call: Call) -> Mapping[str, Any]:
    """A search over all timelines."""
    return _events(call, call.query.get("q", ""))


def deadlines(call: Call) -> Mapping[str, Any]:
    """Deadlines, those that end first in front."""
    show = call.query.get("show", OPEN)
    if show not in SHOWN:
        raise HTTPException(WRONG, f"show: expected one of {', '.join(SHOWN)}")
    lines = list_clocks(call.session, language=LANGUAGE, now=call.now, show=show, limit=limit_of(call))
    return {"deadlines": lines}


def sources(call: Call) -> Mapping[str, Any]:
    """Every source and how it does."""
    watched = watched_sources(call.home.settings, call.home.database, call.now)
    return {
        "sources": [
            {
                "name": one.name, "health": one.health, "next_sweep_at": one.next_at,
                "alarms": [condition.seen(LANGUAGE) for condition in one.conditions if condition.alarms],
                "last_sweep_at": one.last.started_at if one.last else None,
            }
            for one in watched.sources
        ]
    }  # fmt: skip


def health(call: Call) -> Mapping[str, Any]:
    """What the doctor finds at a glance."""
    found = examine(call.home, thorough=False)
    return {
        "diagnoses": [
            {"about": one.about, "level": one.level, "seen": one.seen(LANGUAGE), "hint": one.hint(LANGUAGE)}
            for one in found
        ]
    }


def note(call: Call) -> Mapping[str, Any]:
    """Write a note."""
    number = incident_of(call)
    actions.note(call.session, number, call.body.text, actor=call.actor, now=call.now)
    return _done(call, number)


def settle(home: Home, actor: Actor, path: Mapping[str, Any], body: shapes.ActionBody) -> Mapping[str, Any] | None:
    """Ask for the second person that a dismissal of a confirmed incident takes, before anything is changed."""
    number = int(path["incident_id"])
    with home.database.read() as session:
        found = session.get(Incident, number) if number <= LARGEST_ID else None
    if found is None or not needs_second(found.state, body.action):
        return None
    wanted = Approvable(DISMISS_CONFIRMED, str(number), body.reason, number)
    return with_second(home.database, wanted, actor=actor, now=home.clock.now(), settings=home.settings)


def act(call: Call) -> Mapping[str, Any]:
    """Contain, close, dismiss, reopen."""
    (body, approved), number = call.body, incident_of(call)
    actions.act(
        call.session, number, body.action, actor=call.actor, now=call.now, reason=body.reason, approved=approved,
        playbooks=load_playbooks(call.home.settings.home),
    )  # fmt: skip
    keep(call.session, number, load_regimes(call.home.settings.home), now=call.now)
    return _done(call, number)


def assign(call: Call) -> Mapping[str, Any]:
    """Give it to somebody who may work on incidents."""
    number = incident_of(call)
    try:
        login = as_worker(call.session, call.body.assignee)
    except PeopleError:
        raise HTTPException(WRONG, "assignee: nobody of that name whom work may be given to") from None
    actions.assign(call.session, number, login, actor=call.actor, now=call.now)
    return _done(call, number)


def _events(call: Call, query: str) -> Mapping[str, Any]:
    try:
        understood = queries.parse_query(query, zone=call.home.settings.zone, now=call.home.clock.now())
        page = queries.search(
            call.session, understood, language=LANGUAGE, after=call.query.get("cursor", ""), limit=limit_of(call)
        )
    except (QueryError, SearchError) as error:
        raise HTTPException(WRONG, str(error)) from None
    return {"events": page.events, "next": page.next}


def _done(call: Call, number: int) -> Mapping[str, Any]:
    call.session.flush()
    return {"incident": number, "state": queries.incident_line(call.session, number, language=LANGUAGE).state}


READ, WRITE, STEER = "incidents:read", "incidents:write", "incidents:steer"
OPERATIONS: Final = (
    Operation(
        "GET", "/incidents", READ, "Incidents, newest first.", shapes.Incidents, incidents,
        query={"state": {"type": "string", "enum": list(STATES)}, **PAGED},
    ),
    Operation("GET", ONE, READ, "One incident.", shapes.IncidentShape, incident),
    Operation("GET", f"{ONE}/events", READ, "The timeline of an incident.", shapes.Events, timeline, query=PAGED),
    Operation(
        "GET", "/events", READ, "A search over all timelines, as on the search page.", shapes.Events, events,
        query={"q": {"type": "string", "maxLength": MOST_CHARACTERS}, **PAGED},
    ),
    Operation(
        "GET", "/deadlines", READ, "Deadlines of incidents, those that end first in front.", shapes.DeadlineList,
        deadlines, query={"show": {"type": "string", "enum": list(SHOWN)}, "limit": LIMIT},
    ),
    Operation("POST", f"{ONE}/notes", WRITE, "Write a note.", shapes.Done, note, takes=shapes.NoteBody),
    Operation("POST", f"{ONE}/assignee", WRITE, "Assign it.", shapes.Done, assign, takes=shapes.AssigneeBody),
    Operation(
        "POST", f"{ONE}/actions", STEER, "Contain, close, dismiss or reopen it; a confirmation is a person's.",
        shapes.Done, act, takes=shapes.ActionBody, before=settle,
    ),
    *REPORT_OPERATIONS,
    Operation("GET", "/sources", "sources:read", "Sources and how they do.", shapes.Sources, sources),
    Operation("GET", "/health", "health:read", "What the doctor finds at a glance.", shapes.Health, health),
)  # fmt: skip
