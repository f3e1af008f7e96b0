"""Events as arrays: what a block is made of, and what events outside of every block are read as."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
from sqlalchemy import select

from incidents.blocks.columns import NO_INCIDENT
from incidents.models import Event

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class EventRows:
    """Some events, in the order of their ids; moments in microseconds since 1970."""

    ids: np.ndarray
    happened: np.ndarray
    learned: np.ndarray
    incidents: np.ndarray
    kinds: list[str]
    actors: list[str]
    sources: list[str]
    texts: list[str]

    def __len__(self) -> int:
        return int(self.ids.size)


def microseconds(moment: datetime) -> int:
    """A moment as a number, exactly."""
    return (moment - _EPOCH) // _MICROSECOND


def moment_of(number: int) -> datetime:
    """The moment that `microseconds` gave."""
    return _EPOCH + timedelta(microseconds=number)


def read_rows(session: Session, *, after: int, until: int | None = None, limit: int | None = None) -> EventRows:
    """Events with ids above ``after``, up to ``until``, at most so many, in the order of their ids."""
    asked = select(
        Event.id, Event.happened_at, Event.learned_at, Event.incident_id, Event.kind, Event.actor, Event.source,
        Event.search_text,
    ).where(Event.id > after)  # fmt: skip
    if until is not None:
        asked = asked.where(Event.id <= until)
    rows = session.execute(asked.order_by(Event.id).limit(limit)).all()
    ids, happened, learned, incidents, kinds, actors, sources, texts = (
        map(list, zip(*rows, strict=True)) if rows else ([] for _ in range(8))
    )
    return EventRows(
        np.array(ids, np.int64),
        np.array([microseconds(at) for at in happened], np.int64),
        np.array([microseconds(at) for at in learned], np.int64),
        np.array([NO_INCIDENT if one is None else one for one in incidents], np.int64),
        kinds, actors, sources, texts,
    )  # fmt: skip
