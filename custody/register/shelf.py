"""The register of the days that were asked for last, kept in memory until the register changes.

Reading five thousand extracts and their history takes half a second, and a page is looked at again and again. Every
change of the register is an event, and events are only ever added: the newest event's number says whether what is kept
still holds.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from custody.models import Extract, Holding, Processor, RegisterEvent
from custody.register.history import REGISTER
from custody.register.overview import register_on
from custody.register.search import extracts_among

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from custody.register.search import LentExtract

MOST_DAYS: Final = 4
MOST_CHANGED: Final = 100
"""Changed extracts, beyond which the register is read as a whole."""


class RegisterShelf:
    """Keeps the register of a few days."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[date, tuple[tuple[int, ...], list[LentExtract]]] = OrderedDict()

    def extracts_on(self, session: Session, day: date) -> list[LentExtract]:
        """Every extract of that day, by name, with its copies."""
        newest = (
            select(func.coalesce(func.max(kind.id), 0)).scalar_subquery()
            for kind in (RegisterEvent, Extract, Holding, Processor)
        )
        mark: tuple[int, ...] = tuple(session.execute(select(*newest)).one())
        with self._lock:
            known, read = self._kept.get(day, ((), []))
        if known != mark:
            read = _read_anew(session, day, (known, mark), read)
        with self._lock:
            self._kept[day] = (mark, read)
            self._kept.move_to_end(day)
            while len(self._kept) > MOST_DAYS:
                self._kept.popitem(last=False)
        return read


def _read_anew(
    session: Session, day: date, marks: tuple[tuple[int, ...], tuple[int, ...]], before: list[LentExtract]
) -> list[LentExtract]:
    """The register after a change: of a few extracts these alone, of a processor all of it: it may stand anywhere."""
    known, newest = marks
    if not known:
        return extracts_among(register_on(session, day))
    of_register = RegisterEvent.about.in_([kind.__tablename__ for kind in REGISTER])
    changes = (
        select(RegisterEvent.extract_id)
        .where(RegisterEvent.id > known[0], of_register)
        .distinct()
        .limit(MOST_CHANGED + 1)
    )
    changed = set(session.scalars(changes))
    if not changed and known[1:] == newest[1:]:
        return before  # how somebody is supervised says nothing of who holds what
    if not changed or None in changed or len(changed) > MOST_CHANGED:
        return extracts_among(register_on(session, day))
    names = session.scalars(select(Extract.name).where(Extract.id.in_(changed))).all()
    anew = extracts_among(register_on(session, day, only=names))
    return sorted([*(one for one in before if one.id not in changed), *anew], key=lambda one: one.name)
