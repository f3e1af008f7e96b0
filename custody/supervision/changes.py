"""What changed in the supervision of processors within a period, as far as it has come: contracts, records, dates.

What happened by the last day counts, whenever it was written down; what came after it is not known here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from core.clock import DEFAULT_ZONE
from custody.models import Edge, RegisterEvent
from custody.supervision.kinds import (
    ASKED,
    BREACH,
    CERTIFICATE,
    CONSENT,
    FINDING,
    GIVEN,
    INSPECTION,
    REFUSED,
)
from custody.supervision.models import SupervisionRecord
from custody.supervision.records import CHECKED
from custody.supervision.stages import AFTER, STANDING
from custody.supervision.state import edges_on, records_on

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy.orm import Session

    from custody.supervision.numbers import CountedPeriod
    from custody.supervision.state import EdgeThen, RecordThen

BEGUN, ENDED, MOVED = "begun", "ended", "moved"
STEPS: Final = (BEGUN, ENDED, MOVED)
"""What happens to a contract: it begins to stand, it ends, or it goes to another stage."""
WITHDRAWN: Final = "withdrawn"
CONSENTS: Final = (ASKED, GIVEN, REFUSED, WITHDRAWN)
"""What records say of consents; one that is refused after it was given is withdrawn."""
REACHED, LATE, MISSED, AHEAD = "reached", "late", "missed", "ahead"
KEPT: Final = (REACHED, LATE, MISSED, AHEAD)
DATED: Final = (INSPECTION, FINDING, BREACH)
"""Kinds of records of which something is due by a day."""
ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OpenAction:
    """Something that has to be put right: of whom, what, by when, and who answers for it."""

    processor: str
    what: str
    due_on: date | None
    person: str


@dataclass(frozen=True, slots=True)
class KeptDate:
    """A day within a period by which something was due, and whether it was done: of `KEPT`."""

    kind: str
    kept: str
    processor: str
    what: str
    due_on: date
    done_on: date | None


@dataclass(frozen=True, slots=True)
class PeriodChanges:
    """What changed.

    Attributes:
        contracts: How many steps of contracts, by `STEPS` and kind of contract (empty: not known).
        consents: How many records of consents, by `CONSENTS`.
        inspections: How many were done, by way.
        breaches: How many happened.
        certificates: How many, by what they certify.
        checks: How often the second line looked at a record, by what it said.
        open_actions: What has to be put right and was not by the end, the longest due first.
        dates: What was due within the period, by day.
    """

    contracts: Mapping[tuple[str, str], int]
    consents: Mapping[str, int]
    inspections: Mapping[str, int]
    breaches: int
    certificates: Mapping[str, int]
    checks: Mapping[str, int]
    open_actions: tuple[OpenAction, ...]
    dates: tuple[KeptDate, ...]


def seen_of(period: CountedPeriod, today: date) -> date:
    """The last day of a period that has come."""
    return max(min(period.last, today), period.first - ONE_DAY)


def over_before(period: CountedPeriod, today: date) -> date:
    """The first day that is not over: what was due before it and is not done was missed."""
    return min(today, period.last + ONE_DAY)


def changes_in(session: Session, period: CountedPeriod, today: date, *, zone: str = DEFAULT_ZONE) -> PeriodChanges:
    """What changed from the first day of a period to its last, or to today where that comes first."""
    seen = seen_of(period, today)
    edges, records = edges_on(session, seen), records_on(session, seen, zone=zone)
    names = {one.processor_id: one.processor for one in edges}
    happened = [one for one in records if one.happened_on is not None and period.first <= one.happened_on]
    looks = (one for one in records if one.kind == INSPECTION and one.done_on and period.first <= one.done_on)
    return PeriodChanges(
        contracts=Counter(_steps(session, edges, period.first, seen)),
        consents=Counter(_consents(records, period.first)),
        inspections=Counter(one.topic for one in looks),
        breaches=sum(one.kind == BREACH for one in happened),
        certificates=Counter(one.topic for one in happened if one.kind == CERTIFICATE),
        checks=Counter(_checks(session, {one.id for one in records}, period.first, seen)),
        open_actions=tuple(_open_actions(records, names)),
        dates=tuple(_dates(records, names, period, over_before(period, today))),
    )


def _steps(session: Session, edges: Sequence[EdgeThen], first: date, seen: date) -> Iterator[tuple[str, str]]:
    """Each step of a contract with its kind."""
    moves: dict[int, list[tuple[date, str, str]]] = defaultdict(list)
    asked = select(RegisterEvent.about_id, RegisterEvent.happened_on, RegisterEvent.kind, RegisterEvent.changes)
    asked = asked.where(RegisterEvent.about == Edge.__tablename__, RegisterEvent.kind != "edge-added")
    for number, on, _, changes in session.execute(asked.order_by(RegisterEvent.happened_on, RegisterEvent.id)):
        if "stage" in changes:
            moves[number].append((on, *changes["stage"]))
    for edge in edges:
        mine = moves[edge.id]
        start = mine[0][1] if mine else edge.stage
        steps = [(edge.since, "", start), *mine]
        yield from (
            (step, edge.contract_kind)
            for on, before, after in steps
            if first <= on <= seen and (step := _step(before, after))
        )


def _step(before: str, after: str) -> str:
    if after in STANDING and before not in STANDING:
        return BEGUN
    if not before:
        return ""
    return ENDED if after == AFTER else MOVED


def _consents(records: Sequence[RecordThen], first: date) -> Iterator[str]:
    said: dict[int | None, str] = {}
    of_day = ((one.happened_on, one.id, one) for one in records if one.kind == CONSENT and one.happened_on is not None)
    for on, _, one in sorted(of_day, key=lambda found: found[:2]):
        before, said[one.edge_id] = said.get(one.edge_id, ""), one.result
        if on >= first:
            yield WITHDRAWN if (before, one.result) == (GIVEN, REFUSED) else one.result


def _checks(session: Session, known: set[int], first: date, seen: date) -> Iterator[str]:
    """What the second line said each time, also of what was changed after that."""
    said: dict[int, str] = {}
    asked = select(RegisterEvent.about_id, RegisterEvent.happened_on, RegisterEvent.kind, RegisterEvent.changes)
    asked = asked.where(RegisterEvent.about == SupervisionRecord.__tablename__, RegisterEvent.happened_on <= seen)
    for number, on, kind, changes in session.execute(asked.order_by(RegisterEvent.id)):
        said[number] = _after(changes, "check_result", said.get(number, ""))
        if kind == CHECKED and on >= first and number in known:
            yield said[number]


def _after(changes: Mapping[str, Any], name: str, before: str) -> str:
    return str(changes[name][1]) if name in changes else before


def _open_actions(records: Sequence[RecordThen], names: Mapping[int, str]) -> Iterator[OpenAction]:
    found = [one for one in records if one.kind == FINDING and one.done_on is None]
    for one in sorted(found, key=lambda one: (one.due_on or date.max, one.id)):
        yield OpenAction(names.get(one.processor_id or 0, ""), one.words, one.due_on, one.person)


def _dates(
    records: Sequence[RecordThen], names: Mapping[int, str], period: CountedPeriod, over: date
) -> Iterator[KeptDate]:
    due = [(one.due_on, one.id, one) for one in records if one.kind in DATED and one.due_on is not None]
    for due_on, _, one in sorted(due, key=lambda found: found[:2]):
        if period.holds(due_on):
            what = one.topic if one.kind == INSPECTION else one.words
            kept = _kept(due_on, one.done_on, over)
            yield KeptDate(one.kind, kept, names.get(one.processor_id or 0, ""), what, due_on, one.done_on)


def _kept(due_on: date, done_on: date | None, over: date) -> str:
    if done_on is not None:
        return REACHED if done_on <= due_on else LATE
    return MISSED if due_on < over else AHEAD
