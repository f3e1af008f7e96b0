"""Keeping the deadlines of an incident as its facts have them: what begins, changes or stops is an event each.

Whoever changed something calls it, and a job calls it for whatever changed otherwise: it writes differences alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from core.actors import SYSTEM
from core.clock import local
from deadlines.calendars import DAYS
from deadlines.evaluation import State, evaluate
from deadlines.rulebook import Rulebook, load_regimes
from incidents.casework.changes import CHANGES, as_plain, change
from incidents.clocks.cases import KNOWING, facts_of
from incidents.clocks.models import MET, RUNNING, STOPPED, WAIVED, DeadlineRow
from incidents.groups import group_ids, root_of
from incidents.models import Event, Incident
from incidents.states import DISMISSED, LIVE
from incidents.timeline.events import add_event

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from core.actors import Actor
    from deadlines.evaluation import Deadline

STARTED, CHANGED, HALTED, WAS_MET = "clock-started", "clock-changed", "clock-stopped", "clock-met"
FACT: Final = "clock-fact"
FACTUAL: Final = (FACT, STARTED)
"""Events before which no deadline runs, unless somebody knew of the incident."""
MADE: Final = "made"
"""Where the event of a new deadline has its columns."""
KEPT: Final = (
    "regime", "step", "what", "basis", "unit", "zone", "starts_at", "first_at", "last_at", "state", "reason",
    "reference", "met_at", "started_at", "settled_at", "settled_by",
)  # fmt: skip
RUNS: Final = frozenset({State.RUNNING, State.MISSED})
_A_MOMENT: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Keeper:
    """By which rules deadlines are kept, by whose doing, and when."""

    book: Rulebook
    actor: Actor
    now: datetime


def keep(
    session: Session, incident_id: int, book: Rulebook | None = None, *, now: datetime, actor: Actor = SYSTEM
) -> int:
    """Let the deadlines of a whole incident be what its facts come to; gives how many events that took.

    Args:
        session: A writing session.
        incident_id: The incident, or a part of it.
        book: The regimes; those that come with Hinomi unless given.
        now: When.
        actor: Whose doing led to it; the program's own unless given.
    """
    session.flush()
    keeper = Keeper(book or load_regimes(), actor, now)
    incident = _locked(session, incident_id)
    if incident is None:
        return 0
    parts = group_ids(session, incident.id)
    asked = select(DeadlineRow).where(DeadlineRow.incident_id.in_(parts)).order_by(DeadlineRow.id)
    rows = list(session.scalars(asked.execution_options(populate_existing=True)))
    running = [row for row in rows if row.state == RUNNING]
    if incident.state not in LIVE:
        stopped = running if incident.state == DISMISSED else []
        return sum(stop(session, row, keeper, "dismissed") for row in stopped)
    of_parts = [row for row in running if row.incident_id != incident.id]
    count = sum(stop(session, row, keeper, "merged") for row in of_parts)
    deadlines = evaluate(keeper.book.evaluated, facts_of(session, incident), now)
    for deadline in deadlines:
        count += _keep_one(session, incident, rows, deadline, keeper)
    if keeper.book.problems:  # the rule may be in a file that cannot be read just now
        return count
    known = {(one.regime.id, one.step.id) for one in deadlines}
    gone = [row for row in running if row.incident_id == incident.id and (row.regime, row.step) not in known]
    return count + sum(stop(session, row, keeper, "rule") for row in gone)


def _locked(session: Session, incident_id: int) -> Incident | None:
    """The whole incident, which nobody else changes until this is written, as it is now."""
    while True:
        number = root_of(session, incident_id)
        asked = select(Incident).where(Incident.id == number).with_for_update()
        incident = session.scalar(asked.execution_options(populate_existing=True))
        if incident is None or incident.merged_into is None:
            return incident


def to_keep(session: Session, *, after: int) -> list[int]:
    """The whole incidents that deadlines may run for and that something happened to after an event of that number."""
    asked = select(Event.incident_id).where(Event.id > after, Event.incident_id.is_not(None))
    if not after:
        asked = asked.where(Event.kind.in_((*KNOWING, *FACTUAL)))
    parts = {number for number in session.scalars(asked.distinct()) if number is not None}
    return sorted({root_of(session, number) for number in parts})


def latest_event(session: Session) -> int:
    """The number of the latest event of all; 0 before the first."""
    return session.scalar(select(func.max(Event.id))) or 0


def put_row(session: Session, incident: Incident, deadline: Deadline, keeper: Keeper) -> DeadlineRow:
    """Add a deadline that begins, and tell of it."""
    row = DeadlineRow(
        incident_id=incident.id, regime=deadline.regime.id, step=deadline.step.id, state=RUNNING, reason="",
        reference="", met_at=None, started_at=keeper.now, settled_at=None, settled_by="", **_values(deadline),
    )  # fmt: skip
    session.add(row)
    session.flush()
    tell(session, STARTED, row, keeper, {MADE: {name: as_plain(getattr(row, name)) for name in KEPT}})
    return row


def stop(session: Session, row: DeadlineRow, keeper: Keeper, why: str) -> int:
    """A deadline does not run any more: its incident was dismissed or merged, what started it is not so, or no rule."""
    tell(session, HALTED, row, keeper, {"why": why, CHANGES: change(row, state=STOPPED, reason=why)})
    return 1


def tell(session: Session, kind: str, row: DeadlineRow, keeper: Keeper, data: dict[str, Any]) -> None:
    """Write an event about a deadline."""
    said = {
        "deadline": row.id, "clock": row.what, "name": row.name, "basis": row.basis, "due": shown_end(row),
        "since": shown_start(row),
    }  # fmt: skip
    add_event(session, kind, actor=keeper.actor, now=keeper.now, incident_id=row.incident_id, data=said | data)


def shown_end(row: DeadlineRow) -> str:
    """Until when it runs, in words: a day, for a term in hours a time, for one without a number a dash."""
    return moment_text(row.last_at, row.unit, row.zone)


def moment_text(at: datetime | None, unit: str, zone: str) -> str:
    """The end of a term: its last day, or a time."""
    if at is None:
        return "–"
    return f"{local(at - _A_MOMENT, zone):%Y-%m-%d}" if unit == DAYS else f"{local(at, zone):%Y-%m-%d %H:%M %Z}"


def shown_start(row: DeadlineRow) -> str:
    """Since when it runs."""
    return f"{local(row.starts_at, row.zone):%Y-%m-%d %H:%M %Z}" if row.starts_at else "–"


def _keep_one(
    session: Session, incident: Incident, rows: Sequence[DeadlineRow], deadline: Deadline, keeper: Keeper
) -> int:
    key = (deadline.regime.id, deadline.step.id)
    same = [row for row in rows if (row.regime, row.step) == key]
    row = next((one for one in same if one.incident_id == incident.id), None)
    if row is not None and row.state in {MET, WAIVED}:
        return 0
    if deadline.state not in RUNS:
        return stop(session, row, keeper, "facts") if row is not None and row.state == RUNNING else 0
    if row is None:
        row = put_row(session, incident, deadline, keeper)
        return 1 + _take_over(session, row, same, keeper)
    was_stopped = row.state == STOPPED
    before = shown_end(row)
    changes = change(row, state=RUNNING, reason="", **_values(deadline))
    if not changes:
        return 0
    tell(session, STARTED if was_stopped else CHANGED, row, keeper, {"due_before": before, CHANGES: changes})
    return 1


def _take_over(session: Session, row: DeadlineRow, same: Sequence[DeadlineRow], keeper: Keeper) -> int:
    """What was met for a part of a leak was met for the leak."""
    met = next((one for one in same if one.state == MET), None)
    if met is None:
        return 0
    changes = change(
        row, state=MET, reference=f"#{met.incident_id}: {met.reference}", met_at=met.met_at, settled_at=keeper.now,
        settled_by=met.settled_by,
    )  # fmt: skip
    tell(session, WAS_MET, row, keeper, {"reference": row.reference, "at": shown_met(row), CHANGES: changes})
    return 1


def shown_met(row: DeadlineRow) -> str:
    """When it was met."""
    return f"{local(row.met_at, row.zone):%Y-%m-%d %H:%M %Z}" if row.met_at else "–"


def _values(deadline: Deadline) -> dict[str, Any]:
    """The columns that follow from the facts."""
    regime, step = deadline.regime, deadline.step
    what = {"ja": f"{regime.title.ja} {step.title.ja}", "en": f"{regime.title.en}: {step.title.en}"}
    return {
        "what": what, "basis": deadline.basis.value if deadline.basis else "", "unit": step.term.unit,
        "zone": regime.zone, "starts_at": deadline.starts, "first_at": deadline.first, "last_at": deadline.last,
    }  # fmt: skip
