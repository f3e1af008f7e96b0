"""What is due of a processor's supervision, and since when: planned days that passed, and what nobody ever entered."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from core.clock import DEFAULT_ZONE
from custody.lifecycle import OVERDUE
from custody.models import LENT, Extract, Holding, Processor
from custody.register.overview import register_on
from custody.supervision.check_sheets import shipped_sheets
from custody.supervision.kinds import (
    BREACH,
    CERTIFICATE,
    CLAUSE,
    CLAUSES,
    END,
    FINDING,
    GIVEN,
    INSPECTION,
    PLEDGE,
    PRESENT,
    SHEET,
    START,
    TRAINING,
)
from custody.supervision.records import OBJECTED
from custody.supervision.stages import AFTER
from custody.supervision.state import MONTHS_A_YEAR, by_processor, edges_on, months_later, records_on

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from sqlalchemy.orm import Session

    from custody.register.overview import Line
    from custody.supervision.check_sheets import Sheets
    from custody.supervision.state import EdgeThen, RecordThen

PLANNED, YEARLY, ACTION, BROKEN = "inspection-planned", "inspection-yearly", "corrective-action", "breach-open"
CONSENT, CLAUSE_LACKS, SHEET_DUE, KIND_UNKNOWN = "consent", "clauses", "check-sheet", "contract-kind"
PLEDGE_START, PLEDGE_END, TRAINING_DUE = "pledge-start", "pledge-end", "training"
COPY_BACK, CERTIFICATE_LACKS, SECOND_LINE = "copy-overdue", "certificate", "second-line"
DUTIES: Final = (
    PLANNED, YEARLY, ACTION, BROKEN, CONSENT, CLAUSE_LACKS, SHEET_DUE, KIND_UNKNOWN, PLEDGE_START, PLEDGE_END,
    TRAINING_DUE, COPY_BACK, CERTIFICATE_LACKS, SECOND_LINE,
)  # fmt: skip
CERTIFICATE_WITHIN: Final = timedelta(days=30)
CHECK_WITHIN: Final = timedelta(days=30)
SOON: Final = timedelta(days=14)
_COPY: Final = ("state", "since", "ended_on", "certificate_on")
_TASKS: Final = {INSPECTION: PLANNED, FINDING: ACTION, BREACH: BROKEN}


@dataclass(frozen=True, slots=True)
class Duty:
    """Something that somebody has to do by a day.

    Attributes:
        kind: Of `DUTIES`.
        due_on: By when.
        processor: Whose; empty for the carrier itself.
        processor_id: Its number.
        what: Which clause, extract, or sheet, or what has to be done.
        under: For whom it works by the contract in question.
        edge_id: That contract.
        record_id: The record that says so.
    """

    kind: str
    due_on: date
    processor: str
    processor_id: int | None
    what: str = ""
    under: str = ""
    edge_id: int | None = None
    record_id: int | None = None

    def is_overdue(self, day: date) -> bool:
        """Whether the day by which it was due has passed."""
        return self.due_on < day

    def as_json(self, day: date) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "duty": self.kind, "due_on": self.due_on.isoformat(), "overdue": self.is_overdue(day),
            "processor": self.processor or None, "under": self.under or None, "what": self.what,
            "contract": self.edge_id, "record": self.record_id,
        }  # fmt: skip


def duties_on(
    session: Session, day: date, *, within: timedelta = SOON, only: Collection[int] | None = None,
    sheets: Sheets | None = None, lines: Iterable[Line] | None = None, zone: str = DEFAULT_ZONE,
) -> list[Duty]:  # fmt: skip
    """What is overdue on a day or due soon after it, longest overdue first.

    Args:
        session: For reading.
        day: The day.
        within: How soon.
        only: Of these processors alone.
        sheets: The check sheets there are.
        lines: The register of that day, where whoever asks has read it.
        zone: Where the carrier is.
    """
    edges, records = edges_on(session, day, only=only), records_on(session, day, only=only, zone=zone)
    known = shipped_sheets() if sheets is None else sheets
    names = dict(session.execute(select(Processor.id, Processor.name)).all())
    found = [
        *_of_tasks(records, names),
        *_of_processors(edges, records),
        *_of_contracts(edges, records, known),
        *_of_copies(edges, records, _register(session, day, only) if lines is None else lines, only),
        *_of_checks(records, names),
    ]
    return sorted(
        (one for one in found if one.due_on <= day + within), key=lambda one: (one.due_on, one.processor, one.kind)
    )


def _of_tasks(records: Sequence[RecordThen], names: dict[int, str]) -> Iterator[Duty]:
    """Inspections that were planned, corrective actions, and what has to follow a breach."""
    for one in records:
        if one.kind in _TASKS and one.due_on is not None and one.done_on is None:
            what = one.topic if one.kind == INSPECTION else one.words
            yield Duty(
                _TASKS[one.kind], one.due_on, names.get(one.processor_id or 0, ""), one.processor_id, what,
                edge_id=one.edge_id, record_id=one.id,
            )  # fmt: skip


def _of_processors(edges: Sequence[EdgeThen], records: Sequence[RecordThen]) -> Iterator[Duty]:
    """What has to be there of each processor as such: a look a year, training a year, pledges at start and end."""
    last: dict[tuple[int | None, str, str], date] = {}
    planned: dict[int | None, date] = {}
    for one in records:
        topic = one.topic if one.kind == PLEDGE else ""
        on = one.done_on if one.kind == INSPECTION else one.happened_on
        if on is not None:
            key = (one.processor_id, one.kind, topic)
            last[key] = max(on, last.get(key, on))
        elif one.kind == INSPECTION and one.due_on is not None:
            planned[one.processor_id] = min(one.due_on, planned.get(one.processor_id, one.due_on))
    for number, mine in by_processor(edges).items():
        name, standing = mine[0].processor, [one for one in mine if one.stands]
        if not standing:
            ended = max((one.ended_on for one in mine if one.stage == AFTER and one.ended_on), default=None)
            if ended is not None and (number, PLEDGE, START) in last and (number, PLEDGE, END) not in last:
                yield Duty(PLEDGE_END, ended, name, number)
            continue
        since = min(one.since for one in standing)
        looked = months_later(last.get((number, INSPECTION, ""), since), MONTHS_A_YEAR)
        if planned.get(number, date.max) > looked:  # one that is planned in time is a duty of its own
            yield Duty(YEARLY, looked, name, number)
        trained = last.get((number, TRAINING, ""), since)
        yield Duty(TRAINING_DUE, months_later(trained, MONTHS_A_YEAR), name, number)
        if (number, PLEDGE, START) not in last:
            yield Duty(PLEDGE_START, since, name, number)


def _of_contracts(edges: Sequence[EdgeThen], records: Sequence[RecordThen], sheets: Sheets) -> Iterator[Duty]:
    """What has to be there of each contract: its kind, consent, the memorandum's clauses, a recent sheet."""
    clauses: dict[tuple[int | None, str], str] = {}
    filled: dict[tuple[int | None, str], date] = {}
    for one in sorted(records, key=lambda one: (one.happened_on or date.min, one.id)):
        if one.kind == CLAUSE:
            clauses[one.edge_id, one.topic] = one.result
        elif one.kind == SHEET and one.happened_on is not None:
            filled[one.edge_id, one.topic] = one.happened_on
    for edge in edges:
        if edge.stands:
            yield from _of_contract(edge, clauses, filled, sheets)
    for sheet in sheets.values():
        if sheet.is_own and (on := filled.get((None, sheet.name))):
            yield Duty(SHEET_DUE, months_later(on, sheet.sheet.months), "", None, what=sheet.name)


def _of_contract(
    edge: EdgeThen, clauses: dict[tuple[int | None, str], str], filled: dict[tuple[int | None, str], date],
    sheets: Sheets,
) -> Iterator[Duty]:  # fmt: skip
    whose = (edge.processor, edge.processor_id)
    if not edge.contract_kind:
        yield Duty(KIND_UNKNOWN, edge.since, *whose, under=edge.under, edge_id=edge.id)
    if edge.is_sub and edge.consent != GIVEN:
        yield Duty(CONSENT, edge.since, *whose, what=edge.consent or "unknown", under=edge.under, edge_id=edge.id)
    lacking = [name for name in CLAUSES if clauses.get((edge.id, name)) != PRESENT]
    if lacking:
        yield Duty(CLAUSE_LACKS, edge.since, *whose, what=", ".join(lacking), under=edge.under, edge_id=edge.id)
    for sheet in sheets.values():
        if edge.contract_kind in sheet.contracts:
            on = filled.get((edge.id, sheet.name))
            due = months_later(on, sheet.sheet.months) if on else edge.since
            yield Duty(SHEET_DUE, due, *whose, what=sheet.name, under=edge.under, edge_id=edge.id)


def _register(session: Session, day: date, only: Collection[int] | None) -> list[Line]:
    if only is None:
        return register_on(session, day)
    theirs = select(Extract.name).join(Holding, Holding.extract_id == Extract.id).where(Holding.processor_id.in_(only))
    return register_on(session, day, only=set(session.scalars(theirs)))


def _of_copies(
    edges: Sequence[EdgeThen], records: Sequence[RecordThen], lines: Iterable[Line], only: Collection[int] | None
) -> Iterator[Duty]:
    """Copies that have to come back, and ends of copies that nobody certified."""
    certified = {(one.extract_id, one.processor_id) for one in records if one.kind == CERTIFICATE}
    gone: dict[int, date] = {}
    for number, mine in by_processor(edges).items():
        if all(one.stage == AFTER and one.ended_on for one in mine):
            gone[number] = max(one.ended_on for one in mine if one.ended_on)
    for one in lines:
        holder = one.processor_id
        if holder is None or (only is not None and holder not in only):
            continue
        if one.standing in {LENT, OVERDUE}:
            by = min((day for day in (one.due_on, gone.get(holder)) if day is not None), default=None)
            if by is not None:
                yield Duty(COPY_BACK, by, one.processor, holder, what=one.extract)
        elif one.ended_on and not one.certificate_on and (one.extract_id, holder) not in certified:
            yield Duty(CERTIFICATE_LACKS, one.ended_on + CERTIFICATE_WITHIN, one.processor, holder, what=one.extract)


def _of_checks(records: Sequence[RecordThen], names: dict[int, str]) -> Iterator[Duty]:
    """Records that nobody of the second line looked at, or that somebody objected to."""
    for one in records:
        name = names.get(one.processor_id or 0, "")
        if one.check_result == OBJECTED and one.checked_on:
            yield Duty(SECOND_LINE, one.checked_on, name, one.processor_id, one.kind, record_id=one.id)
        elif not one.check_result:
            yield Duty(SECOND_LINE, one.entered_on + CHECK_WITHIN, name, one.processor_id, one.kind, record_id=one.id)


def counted(duties: Sequence[Duty], day: date) -> dict[str, int]:
    """How many duties of each kind are overdue."""
    found: dict[str, int] = defaultdict(int)
    for one in duties:
        found[one.kind] += one.is_overdue(day)
    return {kind: found[kind] for kind in DUTIES if found[kind]}
