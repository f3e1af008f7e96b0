"""The register's events: what was changed when, by whom, and what a field held on any day.

An event has the day from which it counts (``happened_on``), which people write down late, and the moment it was
recorded. What held on a day is read by the former; among events of one day the later recorded wins.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, or_, select

from custody.models import Edge, Extract, Holding, Processor, RegisterEvent
from custody.supervision.models import SupervisionRecord

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

Thing = Processor | Extract | Holding | Edge | SupervisionRecord
FIELDS: dict[type[Thing], tuple[str, ...]] = {
    Processor: ("parent", "contract_kind", "consent", "consent_on", "country", "contact"),
    Extract: ("columns", "purpose", "contract_kind", "medium", "recipient", "as_of", "due_on", "size"),
    Holding: ("since", "state", "ended_on", "certificate_on", "certificate"),
    Edge: ("parent", "is_first", "company", "contract_kind", "stage", "consent", "consent_on", "since", "ended_on"),
    SupervisionRecord: (
        "kind",
        "edge_id",
        "of_id",
        "topic",
        "result",
        "happened_on",
        "due_on",
        "done_on",
        "person",
        "words",
        "data",
        "documents",
        "entered_by",
        "checked_by",
        "checked_on",
        "check_result",
        "check_words",
        "withdrawn_on",
    ),
}
"""What the register remembers of each; the rest follows from it or never changes."""
REGISTER: Final = (Processor, Extract, Holding)
"""Who holds what; how that is supervised is read apart from it."""


@dataclass(frozen=True, slots=True)
class Act:
    """Who changes the register, from which day it counts, and the moment it is written down."""

    actor: str
    now: datetime
    on: date
    reason: str = ""


def values_of(thing: Thing) -> dict[str, Any]:
    """The remembered fields of an entry as JSON knows them."""
    return {name: _plain(getattr(thing, name)) for name in FIELDS[type(thing)]}


def record(session: Session, kind: str, thing: Thing, before: Mapping[str, Any], act: Act) -> RegisterEvent | None:
    """Write down what changed since ``before`` (from `values_of`); None when nothing did.

    For a new entry ``before`` is empty: its first values are both old and new, since nothing else was ever known.
    """
    session.flush()
    after = values_of(thing)
    changes = {name: [before.get(name, new), new] for name, new in after.items() if not before or before[name] != new}
    if not changes:
        return None
    event = RegisterEvent(
        kind=kind,
        about=thing.__tablename__,
        about_id=thing.id,
        extract_id=thing.id if isinstance(thing, Extract) else getattr(thing, "extract_id", None),
        processor_id=thing.id if isinstance(thing, Processor) else getattr(thing, "processor_id", None),
        happened_on=act.on,
        recorded_at=act.now,
        actor=act.actor,
        reason=act.reason,
        changes=changes,
    )
    session.add(event)
    return event


class Past:
    """What entries held on a day, read from the register's events in one go.

    An entry with one event has never changed since it was made, so that only entries with several are read: what the
    others hold now is what they held.
    """

    def __init__(
        self, session: Session, day: date, *, only: Collection[int] | None = None, of: Sequence[type[Thing]] = REGISTER
    ) -> None:
        """The register of a day.

        Args:
            session: A reading session.
            day: The day.
            only: Only what concerns the extracts of these numbers and their copies, and processors.
            of: What kinds of entries are asked about.
        """
        self._day = day
        self._steps: dict[tuple[str, int, str], list[tuple[date, list[Any]]]] = defaultdict(list)
        about_processors = RegisterEvent.about == Processor.__tablename__
        mine: list[ColumnElement[bool]] = [RegisterEvent.about.in_([kind.__tablename__ for kind in of])]
        mine += [or_(RegisterEvent.extract_id.in_(only), about_processors)] if only is not None else []
        same = func.count().over(partition_by=(RegisterEvent.about, RegisterEvent.about_id)).label("same")
        fields = (RegisterEvent.id, RegisterEvent.about, RegisterEvent.about_id, RegisterEvent.happened_on)
        every = select(*fields, RegisterEvent.changes, same).where(*mine).subquery()
        rows = (
            select(every.c.about, every.c.about_id, every.c.happened_on, every.c.changes)
            .where(every.c.same > 1)
            .order_by(every.c.happened_on, every.c.id)
        )
        for about, about_id, happened_on, changes in session.execute(rows):
            for name, change in changes.items():
                self._steps[about, about_id, name].append((happened_on, change))

    def values(self, kind: type[Thing], number: int, current: Mapping[str, Any]) -> dict[str, Any]:
        """The remembered fields of an entry as they were; ``current`` is what they hold now, days as ISO texts."""
        table = kind.__tablename__
        return {
            name: value_on(steps, self._day, value) if (steps := self._steps.get((table, number, name))) else value
            for name, value in current.items()
        }


def before_later(session: Session, day: date, kind: type[Thing], names: Collection[str]) -> dict[int, dict[str, Any]]:
    """What fields held on a day that were changed after it, by entry and name; days as ISO texts.

    An entry that is not there, or a field of it, holds now what it held then.
    """
    later = select(RegisterEvent.about_id, RegisterEvent.changes).where(
        RegisterEvent.about == kind.__tablename__, RegisterEvent.happened_on > day
    )
    found: dict[int, dict[str, Any]] = defaultdict(dict)
    for number, changes in session.execute(later.order_by(RegisterEvent.happened_on, RegisterEvent.id)):
        for name in names:
            if name in changes:
                found[number].setdefault(name, changes[name][0])
    return found


def added_after(session: Session, day: date, kind: type[Thing]) -> set[int]:
    """The entries that were added after a day."""
    later = select(RegisterEvent.about_id).where(
        RegisterEvent.about == kind.__tablename__, RegisterEvent.happened_on > day, RegisterEvent.kind.like("%-added")
    )
    return set(session.scalars(later))


def value_on(steps: Sequence[tuple[date, list[Any]]], day: date, current: Any) -> Any:
    """What a field held on a day.

    Args:
        steps: Its changes as (day, [old, new]), by day and then as recorded.
        day: The day asked about.
        current: What it holds now, for a field that was never changed.
    """
    if not steps:
        return current
    new: list[Any] = [change[1] for happened_on, change in steps if happened_on <= day]
    return new[-1] if new else steps[0][1][0]


def events_of(session: Session, extract: Extract) -> Sequence[RegisterEvent]:
    """What happened to an extract and its copies, in order."""
    order = (RegisterEvent.happened_on, RegisterEvent.id)
    return session.scalars(select(RegisterEvent).where(RegisterEvent.extract_id == extract.id).order_by(*order)).all()


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return value.name if isinstance(value, Processor) else value
