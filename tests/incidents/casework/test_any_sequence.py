"""Whatever people do, and in whatever order: rows are what the events say, and nothing is closed that is not done."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from incidents import actions
from incidents.casework import hand_over, steering
from incidents.casework.closing import missing, waive
from incidents.casework.following import choose_playbook
from incidents.casework.models import OPEN, TASK_STATES, Relation, Task
from incidents.casework.replaying import PlayedTask, replay_relations, replay_tasks
from incidents.casework.tasks import add_task, assign_task, reopen_task, set_due, settle_task
from incidents.errors import IncidentError
from incidents.figures import figures_of
from incidents.groups import group_ids
from incidents.models import Incident
from incidents.severity import LEVELS
from incidents.states import (
    ACTIONS,
    CLOSE,
    CLOSED,
    CONFIRM_CSIRT,
    CONFIRM_OWNER,
    CONFIRMED,
    CONTAIN,
    DISMISS,
    LIVE,
    REOPEN,
)
from incidents.states import OPEN as OPEN_INCIDENT
from incidents.timeline.replay import Played, replay
from tests.actors import by
from tests.incidents.makers import NOW, Leaked, take, wipe

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from core.database import Database

NAMES = ("suzuki", "tanaka", "sato")
LEAKS = ("first", "second", "third")
NUMBERS = st.integers(0, 2)
STEPS = st.tuples(
    st.sampled_from(
        [
            *ACTIONS, *[CLOSE, "advance", "finish"] * 5, *["turn"] * 3,
            "waive", "waive", "settle", "settle", "reopen-task", "assign-task",
            "due", "add", "assign", "hand-over", "acknowledge", "come-back", "clear", "severity", "merge", "split",
            "relate", "unrelate", "playbook", "leak",
        ]
    ),
    NUMBERS,
    NUMBERS,
    st.integers(0, 40),
)  # fmt: skip


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(steps=st.lists(STEPS, min_size=5, max_size=40))
def test_rows_are_what_events_say_and_nothing_is_closed_undone(
    database: Database, steps: list[tuple[str, int, int, int]]
) -> None:
    wipe(database)
    for number, content in enumerate(LEAKS):
        take(database, Leaked(content, tuple(range(number * 100, number * 100 + 5))))
    with database.read() as session:
        ids = list(session.scalars(select(Incident.id).order_by(Incident.id)))
    for number, (what, one, other, more) in enumerate(steps):
        now = NOW + timedelta(hours=number)
        try:
            with database.write() as session:
                _do(database, session, what, (ids[one], ids[other]), more, now)
        except IncidentError:
            continue
        if what == "leak":
            take(database, Leaked(f"{LEAKS[one]} {number}", tuple(range(one * 100, one * 100 + 5 + more))), now=now)
    with database.read() as session:
        _assert_rows_are_what_events_say(session)


def _do(_: Database, session: Session, what: str, ids: tuple[int, int], more: int, now: datetime) -> None:
    """One step; what is refused is refused."""
    one, other = ids
    actor, reason = by(NAMES[more % 3]), ("because", "")[more % 7 == 0]
    tasks = list(session.scalars(select(Task.id).order_by(Task.id)))
    task = tasks[more % len(tasks)] if tasks else 0
    name = NAMES[(more + 1) % 3]
    always: dict[str, Any] = {"actor": actor, "now": now}
    doing: dict[str, Callable[[], object]] = {
        "waive": lambda: waive(session, one, _any_missing(session, one, more), reason=reason, **always),
        "settle": lambda: settle_task(session, task, TASK_STATES[more % 4], reason=reason, **always),
        "finish": lambda: _finish(session, one, is_all=more % 4 > 0, **always),
        "advance": lambda: _advance(session, one, **always),
        "turn": lambda: _turn(session, one, is_confirmed=more % 2 > 0, **always),
        "reopen-task": lambda: reopen_task(session, task, reason=reason, **always),
        "assign-task": lambda: assign_task(session, task, name if more % 2 else "", **always),
        "due": lambda: set_due(session, task, now + timedelta(days=more) if more % 5 else None, **always),
        "add": lambda: add_task(session, one, "電話する", is_mandatory=more % 2 == 0, **always),
        "assign": lambda: actions.assign(session, one, name if more % 3 else "", **always),
        "hand-over": lambda: hand_over.hand_over(session, one, name, note=reason, **always),
        "acknowledge": lambda: hand_over.acknowledge(session, one, **always),
        "come-back": lambda: hand_over.come_back_on(
            session, one, date(2026, 12, 1) + timedelta(days=more), why=reason, **always
        ),
        "clear": lambda: hand_over.clear_come_back(session, one, **always),
        "severity": lambda: steering.set_severity(session, one, ("", *LEVELS)[more % 5], reason=reason, **always),
        "merge": lambda: steering.merge_by_hand(session, one, other, reason=reason, **always),
        "split": lambda: actions.split(session, one, reason=reason, **always),
        "relate": lambda: steering.relate(session, one, other, reason=reason, **always),
        "unrelate": lambda: steering.unrelate(session, one, other, reason=reason, **always),
        "playbook": lambda: choose_playbook(
            session, one, ("processor-leak", "second-hand")[more % 2], reason=reason, **always
        ),
        "leak": lambda: None,
    }
    if what in doing:
        doing[what]()
        return
    state = actions.act(session, one, what, reason=reason, approved={}, **always)
    if state == CLOSED:
        event("closed")
        parts = group_ids(session, one)
        undone = select(Task.id).where(Task.incident_id.in_(parts), Task.mandatory, Task.state == OPEN)
        assert session.scalars(undone).all() == []
        assert missing(session, session.get_one(Incident, one)) == []


def _any_missing(session: Session, incident_id: int, more: int) -> str:
    found = missing(session, session.get_one(Incident, incident_id))
    return found[more % len(found)].what if found else "confirm-owner"


def _finish(session: Session, incident_id: int, *, is_all: bool, **always: Any) -> None:
    """Do or waive what is missing, all of it or all but one thing."""
    for one in missing(session, session.get_one(Incident, incident_id))[not is_all :]:
        waive(session, incident_id, one.what, reason="because", **always)


def _advance(session: Session, incident_id: int, **always: Any) -> None:
    """Confirm and contain, if it stands where that is possible."""
    actions.act(session, incident_id, CONFIRM_CSIRT, **always)
    actions.act(session, incident_id, CONTAIN, **always)


def _turn(session: Session, incident_id: int, *, is_confirmed: bool, **always: Any) -> None:
    """Dismiss it, confirmed before or not; it may be opened again at once, or be woken later."""
    if is_confirmed:
        actions.act(session, incident_id, CONFIRM_OWNER, **always)
    actions.act(session, incident_id, DISMISS, reason="because", approved={}, **always)
    if always["actor"].name != NAMES[0]:
        actions.act(session, incident_id, REOPEN, reason="because", **always)


def _assert_rows_are_what_events_say(session: Session) -> None:
    played = replay(session)
    for incident in session.scalars(select(Incident)):
        for field in fields(Played):
            wanted = getattr(played[incident.id], field.name)
            assert getattr(incident, field.name) == wanted, (incident.id, field.name)
        if incident.merged_into is None or incident.state in LIVE:
            assert incident.severity == figures_of(session, incident.id).severity
        if incident.merged_into is None and incident.state in {OPEN_INCIDENT, CONFIRMED}:
            is_confirmed = incident.csirt_confirmed_at is not None or incident.owner_confirmed_at is not None
            assert (incident.state == CONFIRMED) == is_confirmed, incident.id
    told = replay_tasks(session)
    rows = {task.id: task for task in session.scalars(select(Task))}
    assert told.keys() == rows.keys()
    for number, task in rows.items():
        for field in fields(PlayedTask):
            assert getattr(task, field.name) == getattr(told[number], field.name), (number, field.name)
    related = {(row.first, row.second): row.reason for row in session.scalars(select(Relation))}
    assert replay_relations(session) == related
