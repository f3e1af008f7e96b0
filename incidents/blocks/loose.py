"""Events that no block holds yet, read as they stand: as many as came since the last was sealed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from incidents.blocks.columns import WordColumn
from incidents.blocks.rows import EventRows, read_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

_AT_ONCE: Final = 16_384


class LooseBlock:
    """Some events in memory, that answer as `incidents.blocks.sealed.SealedBlock` does."""

    def __init__(self, rows: EventRows) -> None:
        self._rows = rows
        self.size = len(rows)
        self.ids, self.happened, self.learned, self.incidents = rows.ids, rows.happened, rows.learned, rows.incidents
        self.first_id, self.last_id = int(rows.ids[0]), int(rows.ids[-1])
        self.oldest, self.newest = int(rows.happened.min()), int(rows.happened.max())
        self._columns = {"kind": rows.kinds, "actor": rows.actors, "source": rows.sources}

    def words(self, name: str) -> WordColumn:
        """A column of words."""
        return WordColumn.of(self._columns[name])

    def holding(self, word: str) -> tuple[np.ndarray, bool]:
        """Which events hold a word, surely."""
        return np.fromiter((word in text for text in self._rows.texts), bool, self.size), True

    def texts(self, places: np.ndarray) -> list[str]:
        """The texts of some of the events."""
        return [self._rows.texts[place] for place in places]


def read_loose(session: Session, after: int) -> Iterator[LooseBlock]:
    """Every event with an id above ``after``."""
    while True:
        rows = read_rows(session, after=after, limit=_AT_ONCE)
        if not len(rows):
            return
        yield LooseBlock(rows)
        after = int(rows.ids[-1])
