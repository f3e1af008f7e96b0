"""Reading deadlines: of one incident all there are, of all incidents those that run, ran or were settled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from core.clock import local
from deadlines.evaluation import State, evaluate, is_over
from deadlines.facts import CONFIRMED_PEOPLE, MOMENTS, POSSIBLE_PEOPLE, QUESTIONS, RESIDENTS, Basis
from incidents.clocks.cases import facts_of
from incidents.clocks.keeping import moment_text
from incidents.clocks.models import MET, RUNNING, STOPPED, WAIVED, DeadlineRow, FactRow
from incidents.groups import group_ids
from incidents.models import Incident
from incidents.states import LIVE

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from deadlines.evaluation import Deadline
    from deadlines.facts import Facts
    from deadlines.rulebook import Rulebook

MISSED, NEAR = "missed", "near"
OPEN, SETTLED, ALL = "open", "settled", "all"
SHOWN: Final = (OPEN, MISSED, SETTLED, ALL)
"""Which deadlines a list has: those that run, of these the missed ones, those that were settled, all."""


@dataclass(frozen=True, slots=True)
class ClockLine:
    """A deadline as one line of a list; ``incident_id`` is the whole that it runs for.

    ``state`` is running, missed, met, waived or stopped; ``due`` is its end in words.
    """

    id: int
    incident_id: int
    name: str
    regime: str
    title: str
    state: str
    basis: str
    unit: str
    starts_at: datetime | None
    first_at: datetime | None
    last_at: datetime | None
    due: str
    reason: str
    reference: str
    met_at: datetime | None
    is_late: bool
    settled_at: datetime | None
    settled_by: str


@dataclass(frozen=True, slots=True)
class ClockCard:
    """A deadline of one incident, whether or not it runs, with the rule that it follows.

    ``state`` is that of `deadlines.evaluation.State`; ``grounds`` and ``lacking`` are names of facts.
    """

    name: str
    title: str
    state: str
    basis: str
    confirmed: str
    possible: str
    starts_at: datetime | None
    first: str
    due: str
    last_at: datetime | None
    grounds: tuple[str, ...]
    lacking: tuple[str, ...]
    recipient: str
    items: tuple[str, ...]
    source: str
    check: str
    knowing: str
    is_late: bool
    reason: str
    reference: str
    met_at: datetime | None
    settled_by: str


@dataclass(frozen=True, slots=True)
class SaidFact:
    """A fact that deadlines depend on, as it stands: what a person said, or what follows from the incident."""

    name: str
    value: str
    reason: str
    said_by: str
    said_at: datetime | None


@dataclass(frozen=True, slots=True)
class ClockPage:
    """All about the deadlines of one incident, the most pressing first."""

    cards: tuple[ClockCard, ...]
    facts: tuple[SaidFact, ...]
    next: ClockLine | None


def clock_page(
    session: Session, incident_id: int, book: Rulebook, *, language: str, now: datetime, zone: str
) -> ClockPage:
    """Every deadline of an incident, and the facts that they depend on."""
    incident = session.get_one(Incident, incident_id)
    facts = facts_of(session, incident)
    rows = {row.name: row for row in session.scalars(select(DeadlineRow).where(DeadlineRow.incident_id == incident_id))}
    found = evaluate(book.evaluated, facts, now)
    cards = tuple(_card(one, rows.get(f"{one.regime.id}/{one.step.id}"), language) for one in found)
    shown = next_clocks(session, language=language, now=now, limit=1, of=incident_id)
    return ClockPage(cards, tuple(_facts(session, incident, facts, zone)), shown[0] if shown else None)


def next_clocks(
    session: Session,
    *,
    language: str,
    now: datetime,
    limit: int,
    of: int | None = None,
    only: Collection[int] | None = None,
) -> list[ClockLine]:
    """The deadlines that run for live incidents, those that end first in front; those without a number behind them."""
    where = [*_live(only), DeadlineRow.state == RUNNING, *(() if of is None else (DeadlineRow.incident_id == of,))]
    asked = select(DeadlineRow).join(Incident, Incident.id == DeadlineRow.incident_id).where(*where)
    rows = session.scalars(asked.order_by(*_ORDER).limit(limit))
    return [_line(row, language, now) for row in rows]


def list_clocks(
    session: Session,
    *,
    language: str,
    now: datetime,
    show: str = OPEN,
    regime: str = "",
    only: Collection[int] | None = None,
    limit: int | None = None,
) -> list[ClockLine]:
    """Deadlines of incidents, those that end first in front.

    Args:
        session: Where they stand.
        language: Of their titles.
        now: Which of them are missed.
        show: Of `SHOWN`.
        regime: Only those of this regime.
        only: Only those of these incidents.
        limit: At most so many; all unless given.
    """
    where: list[ColumnElement[bool]] = []
    if show in {OPEN, MISSED}:
        where += [*_live(only), DeadlineRow.state == RUNNING]
    elif show == SETTLED:
        where.append(DeadlineRow.state.in_((MET, WAIVED, STOPPED)))
    if only is not None:
        where.append(DeadlineRow.incident_id.in_(sorted(only)))
    if show == MISSED:
        where.append(DeadlineRow.last_at <= now)
    if regime:
        where.append(DeadlineRow.regime == regime)
    asked = select(DeadlineRow).join(Incident, Incident.id == DeadlineRow.incident_id).where(*where)
    return [_line(row, language, now) for row in session.scalars(asked.order_by(*_ORDER).limit(limit))]


def counted(session: Session, *, now: datetime, until: datetime) -> dict[str, int]:
    """How many deadlines of live incidents are missed, and how many end by a moment, for a digest."""
    asked = select(func.count(DeadlineRow.id)).join(Incident, Incident.id == DeadlineRow.incident_id)
    running = asked.where(*_live(None), DeadlineRow.state == RUNNING)
    missed = session.scalar(running.where(DeadlineRow.last_at <= now)) or 0
    near = session.scalar(running.where(DeadlineRow.last_at > now, DeadlineRow.last_at <= until)) or 0
    return {MISSED: missed, NEAR: near}


def next_words(session: Session, incident_id: int, language: str) -> tuple[str, str]:
    """What the next deadline of an incident is called, and its end; empty where none runs."""
    where = (DeadlineRow.incident_id == incident_id, DeadlineRow.state == RUNNING)
    row = session.scalar(select(DeadlineRow).where(*where).order_by(*_ORDER).limit(1))
    return (row.what.get(language, ""), moment_text(row.last_at, row.unit, row.zone)) if row else ("", "")


def running_of(session: Session, incident_id: int) -> list[DeadlineRow]:
    """The deadlines that run for an incident and what was merged into it."""
    asked = select(DeadlineRow).where(DeadlineRow.incident_id.in_(group_ids(session, incident_id)))
    return list(session.scalars(asked.where(DeadlineRow.state == RUNNING).order_by(DeadlineRow.id)))


_ORDER: Final = (DeadlineRow.last_at.is_(None), DeadlineRow.last_at, DeadlineRow.id)


def _live(only: Collection[int] | None) -> list[ColumnElement[bool]]:
    live: list[ColumnElement[bool]] = [Incident.state.in_(LIVE), Incident.merged_into.is_(None)]
    return live if only is None else [*live, Incident.id.in_(sorted(only))]


def _line(row: DeadlineRow, language: str, now: datetime) -> ClockLine:
    is_missed = row.state == RUNNING and is_over(row.last_at, now, row.unit)
    return ClockLine(
        id=row.id, incident_id=row.incident_id, name=row.name, regime=row.regime, title=row.what.get(language, ""),
        state=MISSED if is_missed else row.state, basis=row.basis, unit=row.unit, starts_at=row.starts_at,
        first_at=row.first_at, last_at=row.last_at, due=moment_text(row.last_at, row.unit, row.zone),
        reason=row.reason, reference=row.reference, met_at=row.met_at, is_late=_is_late(row),
        settled_at=row.settled_at, settled_by=row.settled_by,
    )  # fmt: skip


def _is_late(row: DeadlineRow) -> bool:
    return row.state == MET and row.met_at is not None and is_over(row.last_at, row.met_at, row.unit)


def _card(one: Deadline, row: DeadlineRow | None, language: str) -> ClockCard:
    regime, step = one.regime, one.step
    is_settled = row is not None and one.state in {State.MET, State.WAIVED}
    first, last = (row.first_at, row.last_at) if row is not None and is_settled else (one.first, one.last)
    return ClockCard(
        name=f"{regime.id}/{step.id}", title=f"{regime.title.said(language)} · {step.title.said(language)}",
        state=one.state.value, basis=one.basis.value if one.basis else "", confirmed=one.confirmed.name.lower(),
        possible=one.possible.name.lower(), starts_at=one.starts,
        first=moment_text(first, step.term.unit, regime.zone) if first else "",
        due=moment_text(last, step.term.unit, regime.zone), last_at=last, grounds=one.grounds, lacking=one.lacking,
        recipient=step.recipient.said(language), items=tuple(item.said(language) for item in step.items),
        source=step.source.said(language), check=regime.check_before_relying.said(language),
        knowing=regime.knowing.said(language), is_late=_is_late(row) if row else False,
        reason=row.reason if row else "", reference=row.reference if row else "", met_at=row.met_at if row else None,
        settled_by=row.settled_by if row else "",
    )  # fmt: skip


def _facts(session: Session, incident: Incident, facts: Facts, zone: str) -> Sequence[SaidFact]:
    """Each fact with what was said of it; of a whole with parts its own statements alone tell why."""
    said = {row.name: row for row in session.scalars(select(FactRow).where(FactRow.incident_id == incident.id))}
    confirmed, possible = facts.people(Basis.CONFIRMED), facts.people(Basis.POSSIBLE)
    values: dict[str, str] = {name: facts.answers[name].value if name in facts.answers else "" for name in QUESTIONS}
    values |= {
        name: f"{local(facts.moments[name], zone):%Y-%m-%d %H:%M %Z}" if name in facts.moments else ""
        for name in MOMENTS
    }
    values[CONFIRMED_PEOPLE] = "" if confirmed is None else f"{confirmed}"
    values[POSSIBLE_PEOPLE] = "" if possible is None else f"{possible}"
    values[RESIDENTS] = "" if facts.residents is None else ", ".join(sorted(facts.residents))
    return [
        SaidFact(name, value, row.reason, row.said_by, row.said_at)
        if (row := said.get(name)) is not None and row.value
        else SaidFact(name, value, "", "", None)
        for name, value in values.items()
    ]
