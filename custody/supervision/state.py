"""Contracts and records as they were on a day, as plain rows: what is due and what is counted is read from them."""

from __future__ import annotations

import calendar
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import or_, select

from core.clock import DEFAULT_ZONE, local
from custody.models import Edge, Processor
from custody.register.history import FIELDS, Past, added_after, before_later
from custody.supervision.kinds import INSPECTION
from custody.supervision.models import SupervisionRecord
from custody.supervision.stages import STANDING

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session

_EDGE: Final = ("id", "processor_id", "parent_id", "is_first", "company", "contract_kind", "stage", "consent",
                "consent_on", "since", "ended_on")  # fmt: skip
_RECORD: Final = ("id", "kind", "processor_id", "edge_id", "extract_id", "of_id", "topic", "result", "happened_on",
                  "due_on", "done_on", "person", "words", "entered_at", "checked_on", "check_result")  # fmt: skip
_PLANNED: Final = ("due_on", "checked_on", "check_result")
"""What of a record is planned or said of it, and so what a later change does not undo for a day before it."""
MONTHS_A_YEAR: Final = 12


@dataclass(frozen=True, slots=True)
class EdgeThen:
    """A contract on a day; ``under`` is empty where the carrier, or a company of its group, made it."""

    id: int
    processor_id: int
    processor: str
    under: str
    company: str
    contract_kind: str
    stage: str
    consent: str
    since: date
    ended_on: date | None

    @property
    def stands(self) -> bool:
        """Whether the processor worked under it."""
        return self.stage in STANDING

    @property
    def is_sub(self) -> bool:
        """Whether work was passed on by it (再委託)."""
        return bool(self.under)


@dataclass(frozen=True, slots=True)
class RecordThen:
    """A record that counts; ``done_on`` only where it was done by that day, its check as it stood on that day."""

    id: int
    kind: str
    processor_id: int | None
    edge_id: int | None
    extract_id: int | None
    of_id: int | None
    topic: str
    result: str
    happened_on: date | None
    due_on: date | None
    done_on: date | None
    person: str
    words: str
    entered_on: date
    checked_on: date | None
    check_result: str


def edges_on(session: Session, day: date, *, only: Collection[int] | None = None) -> list[EdgeThen]:
    """Every contract that was known by a day, in the stage that it had.

    Args:
        session: For reading.
        day: The day.
        only: Contracts of these processors alone.
    """
    names = dict(session.execute(select(Processor.id, Processor.name)).all())
    mine = (Edge.processor_id.in_(only),) if only is not None else ()
    rows = session.execute(select(*(getattr(Edge, name) for name in _EDGE)).where(*mine).order_by(Edge.id)).all()
    past = Past(session, day, of=(Edge,))
    found = []
    for row in rows:
        one = dict(zip(_EDGE, row, strict=True))
        now = {name: one[name] for name in FIELDS[Edge] if name != "parent"}
        then = past.values(Edge, one["id"], {**now, "parent": names.get(one["parent_id"])})
        since = day_of(then["since"])
        if since is None or since > day:
            continue
        found.append(
            EdgeThen(
                one["id"], one["processor_id"], names[one["processor_id"]], then["parent"] or "", then["company"] or "",
                then["contract_kind"] or "", then["stage"], then["consent"] or "", since, day_of(then["ended_on"]),
            )
        )  # fmt: skip
    return found


def records_on(
    session: Session, day: date, kinds: Collection[str] = (), *, only: Collection[int] | None = None,
    zone: str = DEFAULT_ZONE,
) -> list[RecordThen]:  # fmt: skip
    """Every record that counts on a day and was not withdrawn, in order.

    What happened by the day counts, whenever it was written down. By when something had to be done, and what the
    second line had said, are as they were on the day; an inspection that was planned later for later is not there.

    Args:
        session: For reading.
        day: What happened after it is left out, what was planned for later is not.
        kinds: Of these kinds; all unless given.
        only: Records about these processors alone.
        zone: Where the carrier is: the day on which a record was entered is that of its clocks.
    """
    asked = select(*(getattr(SupervisionRecord, name) for name in _RECORD)).where(
        SupervisionRecord.withdrawn_on.is_(None),
        or_(SupervisionRecord.happened_on.is_(None), SupervisionRecord.happened_on <= day),
    )
    if kinds:
        asked = asked.where(SupervisionRecord.kind.in_(kinds))
    if only is not None:
        asked = asked.where(SupervisionRecord.processor_id.in_(only))
    found = []
    then, new = before_later(session, day, SupervisionRecord, _PLANNED), added_after(session, day, SupervisionRecord)
    for row in session.execute(asked.order_by(SupervisionRecord.id)):
        one = dict(zip(_RECORD, row, strict=True))
        if one["done_on"] is not None and one["done_on"] > day:
            one["done_on"] = None
        one["entered_on"] = local(one.pop("entered_at"), zone).date()
        one |= {
            name: day_of(value) if name != "check_result" else value for name, value in then.get(one["id"], {}).items()
        }
        if one["kind"] == INSPECTION and one["done_on"] is None and one["id"] in new and _is_after(one["due_on"], day):
            continue
        found.append(RecordThen(**one))
    return found


def answers_on(session: Session, day: date) -> dict[tuple[int | None, str], tuple[date, dict[str, Any]]]:
    """The last filled sheet of each contract by a day: by contract (none: the carrier itself) and sheet.

    Gives the day it was filled and its answers.
    """
    rows = session.execute(
        select(
            SupervisionRecord.edge_id, SupervisionRecord.topic, SupervisionRecord.happened_on, SupervisionRecord.data
        )
        .where(
            SupervisionRecord.kind == "check-sheet",
            SupervisionRecord.withdrawn_on.is_(None),
            SupervisionRecord.happened_on <= day,
        )
        .order_by(SupervisionRecord.happened_on, SupervisionRecord.id)
    )
    return {(edge, sheet): (on, answers) for edge, sheet, on, answers in rows if on is not None}


def by_processor(edges: Collection[EdgeThen]) -> dict[int, list[EdgeThen]]:
    """Contracts by the processor that works under them."""
    found: dict[int, list[EdgeThen]] = defaultdict(list)
    for edge in edges:
        found[edge.processor_id].append(edge)
    return found


def months_later(day: date, months: int) -> date:
    """The same day of a later month, the last one where that month is shorter."""
    year, month = divmod(day.year * MONTHS_A_YEAR + day.month - 1 + months, MONTHS_A_YEAR)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _is_after(day: date | None, other: date) -> bool:
    return day is None or day > other


def day_of(value: str | date | None) -> date | None:
    """A day, also where it is an ISO text."""
    return date.fromisoformat(value) if isinstance(value, str) else value
