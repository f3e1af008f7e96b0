"""Lists of incidents as somebody wants them: filtered, ordered, a page at a time, with what each filter would leave."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import case, func, select
from sqlalchemy.orm import defer

from archive.models import Capture
from incidents.models import FindingRow, Incident, LeakExtract, Sighting
from incidents.queries import line_of
from incidents.severity import LEVELS
from incidents.states import LIVE, STATES

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

    from incidents.views import IncidentLine

PAGE_SIZE: Final = 50
NOBODY: Final = "-"
"""As an assignee: incidents that nobody has."""
URGENT, NEWEST, CHANGED, LARGEST = "urgent", "newest", "changed", "largest"
ORDERS: Final = (URGENT, NEWEST, CHANGED, LARGEST)


@dataclass(frozen=True, slots=True)
class ListFilter:
    """Which incidents; whatever is empty leaves nothing out.

    Attributes:
        states: Of `incidents.states.STATES`.
        severity: Of `incidents.severity.LEVELS`.
        assignee: A login, or `NOBODY`.
        source: The name of a source that one was seen on.
        extract: The name of an extract that may explain one.
        only: Those that whoever asks may see; None for all.
    """

    states: tuple[str, ...] = ()
    severity: str = ""
    assignee: str = ""
    source: str = ""
    extract: str = ""
    only: Collection[int] | None = None


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of a list, how many there are in all, and how many of each state, severity and assignee."""

    lines: tuple[IncidentLine, ...]
    total: int
    page: int
    pages: int
    by_state: dict[str, int] = field(default_factory=dict)
    by_severity: dict[str, int] = field(default_factory=dict)
    by_assignee: dict[str, int] = field(default_factory=dict)


def list_page(
    session: Session,
    wanted: ListFilter,
    *,
    language: str,
    order: str = URGENT,
    page: int = 1,
    size: int = PAGE_SIZE,
) -> ListPage:
    """A page of the incidents that are wanted; those merged into another are left out.

    Args:
        session: Where they stand.
        wanted: Which.
        language: Of their titles.
        order: Of `ORDERS`; `URGENT` has the gravest first, of these the open ones, of these the newest.
        page: From 1; beyond the last one it is the last.
        size: How many a page.
    """
    where = _where(wanted)
    total = session.scalar(select(func.count(Incident.id)).where(*where)) or 0
    pages = max(1, -(-total // size))
    page = min(max(page, 1), pages)
    rows = session.scalars(
        select(Incident)
        .options(defer(Incident.members))
        .where(*where)
        .order_by(*_order(order))
        .offset((page - 1) * size)
        .limit(size)
    )
    return ListPage(
        tuple(line_of(row, language) for row in rows), total, page, pages,
        _counted(session, Incident.state, wanted, "states", STATES),
        _counted(session, Incident.severity, wanted, "severity", tuple(reversed(LEVELS))),
        _counted(session, Incident.assignee, wanted, "assignee"),
    )  # fmt: skip


def most_urgent(
    session: Session, *, language: str, only: Collection[int] | None = None, limit: int = PAGE_SIZE
) -> list[IncidentLine]:
    """The incidents that are not over, the gravest first."""
    wanted = ListFilter(states=LIVE, only=only)
    asked = select(Incident).options(defer(Incident.members)).where(*_where(wanted))
    rows = session.scalars(asked.order_by(*_order(URGENT)).limit(limit))
    return [line_of(row, language) for row in rows]


def _where(wanted: ListFilter, without: str = "") -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = [Incident.merged_into.is_(None)]
    if wanted.only is not None:
        where.append(Incident.id.in_(sorted(wanted.only)))
    if wanted.states and without != "states":
        where.append(Incident.state.in_(wanted.states))
    if wanted.severity and without != "severity":
        where.append(Incident.severity == wanted.severity)
    if wanted.assignee and without != "assignee":
        where.append(Incident.assignee == ("" if wanted.assignee == NOBODY else wanted.assignee))
    if wanted.source:
        seen = select(Sighting.incident_id).join(Capture, Capture.id == Sighting.capture_id)
        where.append(_is_of(seen.where(Capture.source == wanted.source)))
    if wanted.extract:
        explained = select(FindingRow.incident_id).join(LeakExtract, LeakExtract.finding_id == FindingRow.id)
        where.append(_is_of(explained.where(LeakExtract.extract == wanted.extract)))
    return where


def _is_of(asked: Select[Any]) -> ColumnElement[bool]:
    """Whether an incident, or one that was merged into it, is among those asked for."""
    parts = select(Incident.merged_into).where(Incident.id.in_(asked), Incident.merged_into.is_not(None))
    return Incident.id.in_(asked) | Incident.id.in_(parts)


def _order(order: str) -> Sequence[ColumnElement[Any]]:
    newest = (Incident.opened_at.desc(), Incident.id.desc())
    if order == LARGEST:
        return (Incident.subjects.desc(), *newest)
    if order == CHANGED:
        return (Incident.updated_at.desc(), Incident.id.desc())
    if order == NEWEST:
        return newest
    gravity = case({level: rank for rank, level in enumerate(LEVELS)}, value=Incident.severity, else_=-1)
    standing = case({state: rank for rank, state in enumerate(STATES)}, value=Incident.state, else_=len(STATES))
    return (gravity.desc(), standing, *newest)


def _counted(
    session: Session, column: ColumnElement[str] | Any, wanted: ListFilter, without: str, order: Sequence[str] = ()
) -> dict[str, int]:
    """How many there would be of each value, the other filters as they are."""
    found: dict[str, int] = dict(
        session.execute(select(column, func.count()).where(*_where(wanted, without)).group_by(column)).all()
    )
    first = {value: found[value] for value in order if value in found}
    return first | {value: found[value] for value in sorted(found) if value not in first}
