"""The register's events: what was changed when, by whom, and what a field held on any day.

An event has the day from which it counts (``happened_on``), which people write down late, and the moment it was
recorded. What held on a day is read by the former; among events of one day the later recorded wins.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from custody.models import Extract, Holding, Processor, RegisterEvent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

Thing = Processor | Extract | Holding
FIELDS: dict[type[Thing], tuple[str, ...]] = {
    Processor: ("parent", "contract_kind", "consent", "consent_on", "country", "contact"),
    Extract: ("columns", "purpose", "contract_kind", "medium", "recipient", "as_of", "due_on", "size"),
    Holding: ("since", "state", "ended_on", "certificate_on", "certificate"),
}
"""What the register remembers of each; the rest follows from it or never changes."""


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
    """What entries held on a day, read from the register's events in one go."""

    def __init__(self, session: Session, day: date) -> None:
        self._day = day
        self._steps: dict[tuple[str, int, str], list[tuple[date, list[Any]]]] = defaultdict(list)
        order = (RegisterEvent.happened_on, RegisterEvent.id)
        for event in session.scalars(select(RegisterEvent).order_by(*order)):
            for name, change in event.changes.items():
                self._steps[event.about, event.about_id, name].append((event.happened_on, change))

    def values(self, thing: Thing) -> dict[str, Any]:
        """The remembered fields as they were."""
        key = (thing.__tablename__, thing.id)
        return {name: value_on(self._steps.get((*key, name), ()), self._day, v) for name, v in values_of(thing).items()}


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
