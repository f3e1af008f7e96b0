"""Reading sealed blocks: only the leaves that a search asks for, for many blocks at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import select

from incidents.blocks.columns import HAPPENED, IDS, INCIDENTS, LEARNED, WORDS, WordColumn, read_numbers
from incidents.blocks.leaves import bucket_of, read_places
from incidents.blocks.letters import LONGEST, numbers_of
from incidents.blocks.models import EventBlock, EventLeaf
from incidents.models import Event

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.orm import Session

_AT_ONCE = 1000
"""Texts that are asked for in one statement."""


class BlockGoneError(Exception):
    """A block was made part of a larger one while it was read: the search begins again."""


@dataclass(slots=True)
class SealedBlock:
    """A sealed block, and what was read of it so far."""

    session: Session
    number: int
    size: int
    buckets: int
    first_id: int
    last_id: int
    oldest: int
    newest: int
    leaves: dict[int, bytes | None] = field(default_factory=dict)

    @property
    def ids(self) -> np.ndarray:
        """The ids of its events."""
        return self._numbers(IDS)

    @property
    def happened(self) -> np.ndarray:
        """When they happened, in microseconds."""
        return self._numbers(HAPPENED)

    @property
    def learned(self) -> np.ndarray:
        """When we learned of them, in microseconds."""
        return self._numbers(LEARNED)

    @property
    def incidents(self) -> np.ndarray:
        """Their incidents."""
        return self._numbers(INCIDENTS)

    def words(self, name: str) -> WordColumn:
        """A column of words."""
        return WordColumn.from_bytes(self._leaf(WORDS[name]))

    def buckets_of(self, words: Iterable[str]) -> set[int]:
        """The buckets that `holding` will ask for."""
        return {bucket_of(number, self.buckets) for word in words for number in numbers_of(word)}

    def holding(self, word: str) -> tuple[np.ndarray, bool]:
        """Which events may hold a word, and whether they surely do."""
        held: np.ndarray | None = None
        for number in numbers_of(word):
            found = read_places(self._leaf(bucket_of(number, self.buckets)) or None, number, self.size)
            held = found if held is None else held & found
            if not held.any():
                break
        return (np.ones(self.size, bool) if held is None else held), len(word) <= LONGEST

    def texts(self, places: np.ndarray) -> list[str]:
        """The texts of some of its events."""
        ids = self.ids[places]
        found: dict[int, str] = {}
        for at in range(0, ids.size, _AT_ONCE):
            some = [int(one) for one in np.sort(ids[at : at + _AT_ONCE])]
            asked = select(Event.id, Event.search_text)
            found |= dict(self.session.execute(asked.where(Event.id.in_(some))).all())
        return [found[int(one)] for one in ids]

    def _numbers(self, bucket: int) -> np.ndarray:
        return read_numbers(self._leaf(bucket), bucket)

    def _leaf(self, bucket: int) -> bytes:
        if bucket not in self.leaves:
            fetch([self], {bucket: [self.number]})
        return self.leaves[bucket] or b""


def list_blocks(session: Session) -> list[SealedBlock]:
    """Every block, without leaves."""
    asked = select(
        EventBlock.id, EventBlock.size, EventBlock.buckets, EventBlock.first_id, EventBlock.last_id, EventBlock.oldest,
        EventBlock.newest,
    )  # fmt: skip
    return [SealedBlock(session, *row) for row in session.execute(asked)]


def fetch(blocks: Sequence[SealedBlock], wanted: dict[int, list[int]]) -> None:
    """Read leaves of blocks: for each bucket, of which blocks (by number).

    Raises:
        BlockGoneError: One of the blocks is no more.
    """
    by_number = {block.number: block for block in blocks}
    together: dict[tuple[int, ...], list[int]] = {}
    for bucket, numbers in wanted.items():
        missing = tuple(number for number in numbers if bucket not in by_number[number].leaves)
        if missing:
            together.setdefault(missing, []).append(bucket)
    if not together:
        return
    session = blocks[0].session
    for some, buckets in together.items():
        asked = select(EventLeaf.block, EventLeaf.bucket, EventLeaf.body)
        asked = asked.where(EventLeaf.block.in_(some), EventLeaf.bucket.in_(buckets))
        for number, bucket, body in session.execute(asked):
            by_number[number].leaves[bucket] = bytes(body)
        for number in some:
            for bucket in buckets:
                by_number[number].leaves.setdefault(bucket, None)
    touched = {number for some in together for number in some}
    there = set(session.scalars(select(EventBlock.id).where(EventBlock.id.in_(touched))))
    if there != touched:
        raise BlockGoneError
