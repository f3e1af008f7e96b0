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
from custody.register.overview import register_on
from custody.register.search import extracts_among

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from custody.register.search import LentExtract

MOST_DAYS: Final = 4


class RegisterShelf:
    """Keeps the register of a few days."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[object, ...], list[LentExtract]] = OrderedDict()

    def extracts_on(self, session: Session, day: date) -> list[LentExtract]:
        """Every extract of that day, by name, with its copies."""
        newest = (select(func.max(kind.id)).scalar_subquery() for kind in (RegisterEvent, Extract, Holding, Processor))
        key = (day, *session.execute(select(*newest)).one())
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        read = extracts_among(register_on(session, day))
        with self._lock:
            self._kept[key] = read
            while len(self._kept) > MOST_DAYS:
                self._kept.popitem(last=False)
        return read
