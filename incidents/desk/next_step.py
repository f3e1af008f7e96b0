"""The one thing to do next about an incident, for whoever looks at it: a rule that a person can check by hand. Pure.

First somebody has to say that they look after it, then the two sides confirm, then the reports are written, approved
and filed whose deadlines press, then the cause is looked for, then the tasks of its playbook are done, one's own first,
as they are due, then it is contained, and last closed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from core.actors import Role
from incidents.casework.models import OPEN as OPEN_TASK
from incidents.states import BY, CLOSE, CONFIRMATIONS, CONFIRMED, CONTAIN, LIVE, OPEN

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from incidents.casework.reading import TaskLine
    from incidents.views import IncidentLine

ACKNOWLEDGE, TAKE, ASK_CAUSE, DO_TASK, SETTLE, WAIT, NOTHING = (
    "acknowledge", "take", "ask-cause", "do-task", "settle", "wait", "nothing",
)  # fmt: skip
WRITE_REPORT, APPROVE_REPORT, FILE_REPORT = "write-report", "approve-report", "file-report"
UNWRITTEN: Final = frozenset({"nothing", "draft", "returned"})
"""How a report stands that somebody has to write, or to write on; then it waits, is approved, and is filed."""
WORKERS: Final = frozenset({Role.RESPONDER, Role.DATA_OWNER, Role.INVESTIGATOR})
ASKERS: Final = frozenset({Role.RESPONDER, Role.INVESTIGATOR})


@dataclass(frozen=True, slots=True)
class DueReport:
    """A report that a running deadline asks for.

    Attributes:
        form: Which form.
        title: What it is called.
        state: ``nothing``, ``draft``, ``waiting``, ``approved``, ``returned`` or ``filed``.
        number: Its latest version; 0 for none.
        due_at: When the deadline ends.
        is_mine: Of one that waits: whether whoever looks may approve it.
    """

    form: str
    title: str
    state: str
    number: int
    due_at: datetime
    is_mine: bool = False


@dataclass(frozen=True, slots=True)
class NextStep:
    """What is next.

    Attributes:
        name: One of the constants above, or an action of `incidents.states`.
        task: The task that it is, or, of `WAIT`, that somebody else has to do.
        due_at: By when, where there is such a moment.
        waits_for: Of `WAIT`: whose step it is.
        report: The report that it is about.
    """

    name: str
    task: TaskLine | None = None
    due_at: datetime | None = None
    waits_for: Role | None = None
    report: DueReport | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rule looks at beside the incident itself.

    Attributes:
        acknowledged_by: Who looks after it; empty for nobody.
        is_ranked: Whether the access records were asked.
        tasks: Of the playbook and added ones, as they are due.
        lacking: What it may not be closed without, as it is called where it is waived.
        reports: The reports whose deadlines press: that end so soon that people are reminded of them, or have ended.
    """

    acknowledged_by: str
    is_ranked: bool
    tasks: Sequence[TaskLine]
    lacking: Collection[str]
    reports: Sequence[DueReport] = ()


def next_step(line: IncidentLine, standing: Standing, *, me: str, roles: Collection[Role]) -> NextStep:
    """What whoever looks should do next, or whom the incident waits for.

    Args:
        line: The incident.
        standing: What else is known of it.
        me: The name of whoever looks.
        roles: Theirs.
    """
    if line.merged_into is not None or line.state not in LIVE:
        return NextStep(NOTHING)
    tasks = [task for task in standing.tasks if task.state == OPEN_TASK]
    return _step(line, standing, tasks, me, frozenset(roles))


def _step(
    line: IncidentLine, standing: Standing, tasks: Sequence[TaskLine], me: str, roles: frozenset[Role]
) -> NextStep:
    return (
        _looking_after(line, standing, me, roles)
        or _confirmation(line, standing.lacking, me, roles)
        or _report(line, standing.reports, roles)
        or _work(line, standing, tasks, me, roles)
        or _end(line, standing, roles)
    )


def _looking_after(line: IncidentLine, standing: Standing, me: str, roles: frozenset[Role]) -> NextStep | None:
    if line.handed_by and line.assignee == me:
        return NextStep(TAKE)
    if not standing.acknowledged_by and not line.assignee:
        return _if(roles & WORKERS, ACKNOWLEDGE, Role.RESPONDER)
    return None


def _report(line: IncidentLine, reports: Sequence[DueReport], roles: frozenset[Role]) -> NextStep | None:
    """The report of the deadline that ends first among those that whoever looks can bring on; others' hinder nobody."""
    if line.state == OPEN:
        return None
    for one in sorted(reports, key=lambda one: (one.due_at, one.form)):
        if one.state in UNWRITTEN and roles & WORKERS:
            return NextStep(WRITE_REPORT, due_at=one.due_at, report=one)
        if one.state == "waiting" and one.is_mine:
            return NextStep(APPROVE_REPORT, due_at=one.due_at, report=one)
        if one.state == "approved" and Role.RESPONDER in roles:
            return NextStep(FILE_REPORT, due_at=one.due_at, report=one)
    return None


def _work(
    line: IncidentLine, standing: Standing, tasks: Sequence[TaskLine], me: str, roles: frozenset[Role]
) -> NextStep | None:
    is_confirmed = line.state == CONFIRMED
    if is_confirmed and not standing.is_ranked and roles & ASKERS:
        return NextStep(ASK_CAUSE)
    wanted = [one for one in tasks if one.is_mandatory or is_confirmed]
    if not wanted:
        return None
    mine = next((one for one in wanted if one.owner == me or (not one.owner and one.role in roles)), None)
    if mine:
        return NextStep(DO_TASK, mine, mine.due_at)
    first = wanted[0]
    return NextStep(WAIT, first, first.due_at, waits_for=Role(first.role))


def _end(line: IncidentLine, standing: Standing, roles: frozenset[Role]) -> NextStep:
    if line.state == CONFIRMED:
        return _if(BY[CONTAIN] in roles, CONTAIN, BY[CONTAIN])
    return NextStep(SETTLE) if standing.lacking else _if(BY[CLOSE] in roles, CLOSE, BY[CLOSE])


def _confirmation(line: IncidentLine, lacking: Collection[str], me: str, roles: frozenset[Role]) -> NextStep | None:
    """The confirmation that is missing: mine if it can be, else, while there is none, whose it is."""
    # Without any confirmation nothing goes on, also where both were waived for the closing.
    missing = [action for action in CONFIRMATIONS if action in lacking or line.state == OPEN]
    if me not in {line.csirt_confirmed_by, line.owner_confirmed_by}:  # nobody gives both
        mine = next((action for action in missing if BY[action] in roles), None)
        if mine:
            return NextStep(mine)
    return NextStep(WAIT, waits_for=BY[missing[0]]) if missing and line.state == OPEN else None


def _if(mine: object, name: str, role: Role) -> NextStep:
    return NextStep(name) if mine else NextStep(WAIT, waits_for=role)
