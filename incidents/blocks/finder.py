"""Finding over all blocks, newest first, with a bound on what is read for one answer.

Blocks are taken in the order of their newest event. As soon as a page is full of events that are newer than anything in
the blocks still to come, nothing else is looked at for it. Counting goes on until `COUNTED`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from incidents.blocks.columns import HAPPENED, IDS, INCIDENTS, LEARNED, WORDS
from incidents.blocks.evaluation import Answer, HoldsWord, InColumn, InTime, OfEvents, OfIncidents
from incidents.blocks.loose import read_loose
from incidents.blocks.sealed import SealedBlock, fetch, list_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from core.query.expressions import Expression
    from incidents.blocks.evaluation import AnyBlock, Tests

COUNTED: Final = 10_000
"""Hits that are counted one by one; beyond, there are more than that."""
MOST_READ: Final = 40_000
"""Texts that are read for one answer, of events that may hold a long word."""
_TOGETHER: Final = 32
_FIRST_TEXTS: Final = 256
_MORE_TEXTS: Final = 4096

Place = tuple[int, int]
"""When something happened, in microseconds, and its id: where it stands in the order, larger is newer."""


@dataclass(slots=True)
class Counted:
    """What was counted: the places of the hits block by block, the newest blocks first.

    Attributes:
        total: How many.
        is_all: Whether these are all hits.
        since: Where counting ended before the oldest event: everything that happened after this moment was counted.
            None if everything was.
    """

    total: int = 0
    is_all: bool = True
    since: int | None = None
    parts: list[tuple[AnyBlock, np.ndarray]] = field(default_factory=list)


@dataclass(slots=True)
class FoundPage:
    """The places of a page's hits, newest first; ``following`` is where to go on, None at the end."""

    places: list[Place] = field(default_factory=list)
    following: Place | None = None


class Finder:
    """One search: the blocks in their order, and the answers of those that were asked."""

    def __init__(self, session: Session, expression: Expression, tests: Tests) -> None:
        self._expression = expression
        self._tests = tests
        sealed = list_blocks(session)
        # Of the one list, and asked for after it: what somebody seals in between is found as loose events.
        beyond = max((block.last_id for block in sealed), default=0)
        blocks: list[AnyBlock] = [*sealed, *read_loose(session, beyond)]
        self._blocks = sorted(blocks, key=lambda block: block.newest, reverse=True)
        self._answers: dict[int, Answer] = {}
        self._read = 0

    def count(self, *, limit: int = COUNTED) -> Counted:
        """Count the hits up to a limit, newest first."""
        counted = Counted()
        for at, block in enumerate(self._blocks):
            answer = self._answer(at)
            found, reached = self._hits(answer, limit + 1 - counted.total)
            if found.size:
                counted.parts.append((block, found))
                counted.total += int(found.size)
            rest = self._blocks[at + 1].newest if at + 1 < len(self._blocks) else None
            if reached is not None or (counted.total > limit and rest is not None):
                counted.is_all = False
                counted.since = max(one for one in (reached, rest) if one is not None)
                break
        return counted

    def page(self, limit: int, before: Place | None = None) -> FoundPage:
        """The newest hits, or the newest before a place."""
        found: list[Place] = []
        budget = self._read + MOST_READ
        for at, block in enumerate(self._blocks):
            if len(found) > limit and found[limit][0] > block.newest:
                break
            if before is not None and block.oldest > before[0]:
                continue
            rest = self._blocks[at + 1].newest if at + 1 < len(self._blocks) else -1
            more, reached = self._newest(self._answer(at), limit + 1, before, budget)
            while reached is not None and before is not None and max(reached, (rest + 1, 0)) >= before:
                budget += MOST_READ  # else the next page would begin where this one did
                more, reached = self._newest(self._answer(at), limit + 1, before, budget)
            found = sorted([*found, *more], reverse=True)[: limit + 1]
            cut = (0, 0) if reached is None else max(reached, (rest + 1, 0))
            if reached is not None and (len(found) <= limit or found[limit] < cut):
                return FoundPage([place for place in found if place >= cut][:limit], cut)
        return FoundPage(found[:limit], found[limit - 1] if len(found) > limit else None)

    def _hits(self, answer: Answer, wanted: int) -> tuple[np.ndarray, int | None]:
        """The hits of a block, or of an unsure one the newest that are wanted; and how far back it was looked."""
        if answer.is_settled or not (answer.maybe & ~answer.surely).any():
            return np.flatnonzero(answer.surely), None
        happened = answer.block.happened
        order = np.flatnonzero(answer.maybe)
        order = order[np.argsort(-happened[order], kind="stable")]
        at, hits = 0, 0
        while at < order.size:
            some = order[at : at + (_MORE_TEXTS if at else _FIRST_TEXTS)]
            self._read += answer.settle(some)
            hits += int(answer.surely[some].sum())
            at += some.size
            if at < order.size and (hits >= wanted or self._read >= MOST_READ):
                looked = order[:at]
                return looked[answer.surely[looked]], int(happened[order[at]])
        return np.flatnonzero(answer.surely), None

    def _newest(
        self, answer: Answer, wanted: int, before: Place | None, budget: int
    ) -> tuple[list[Place], Place | None]:
        """The newest hits of a block before a place; and the last place that was looked at, if not all were."""
        if not answer.maybe.any():
            return [], None
        happened, ids = answer.block.happened, answer.block.ids
        order = np.flatnonzero(answer.maybe)
        if before is not None:
            when, last = happened[order], ids[order]
            order = order[(when < before[0]) | ((when == before[0]) & (last < before[1]))]
        order = _newest_first(order, happened, ids, wanted if answer.is_settled else order.size)
        found: list[Place] = []
        at = 0
        while at < order.size and len(found) < wanted:
            some = order[at : at + (_MORE_TEXTS if at else _FIRST_TEXTS)]
            self._read += answer.settle(some)
            hits = some[answer.surely[some]]
            found += zip(happened[hits].tolist(), ids[hits].tolist(), strict=True)
            at += some.size
            if self._read >= budget and at < order.size and len(found) < wanted:
                return found, (int(happened[some[-1]]), int(ids[some[-1]]))
        return found[:wanted], None

    def _answer(self, at: int) -> Answer:
        if at not in self._answers:
            together = range(at, min(len(self._blocks), at + min(_TOGETHER, 1 + len(self._answers))))
            self._prefetch([block for one in together if isinstance(block := self._blocks[one], SealedBlock)])
            for one in together:
                self._answers[one] = Answer(self._blocks[one], self._expression, self._tests)
        return self._answers[at]

    def _prefetch(self, blocks: list[SealedBlock]) -> None:
        wanted: dict[int, list[int]] = {}
        for block in blocks:
            for bucket in self._buckets(block):
                wanted.setdefault(bucket, []).append(block.number)
        if wanted:
            fetch(blocks, wanted)

    def _buckets(self, block: SealedBlock) -> Iterator[int]:
        tests = set(self._tests.values())
        yield from block.buckets_of(test.word for test in tests if isinstance(test, HoldsWord))
        for test in tests:
            if isinstance(test, OfIncidents):
                yield INCIDENTS
            elif isinstance(test, OfEvents) and test.needs_ids(block):
                yield IDS
            elif isinstance(test, InColumn):
                yield WORDS[test.column]
            elif isinstance(test, InTime) and test.needs_moments(block):
                yield HAPPENED if test.column == "happened" else LEARNED


def prefetch_columns(counted: Counted, buckets: tuple[int, ...] = (HAPPENED, INCIDENTS, *WORDS.values())) -> None:
    """Read the columns of what was counted, many blocks at once."""
    blocks = [block for block, _ in counted.parts if isinstance(block, SealedBlock)]
    for at in range(0, len(blocks), _TOGETHER):
        some = blocks[at : at + _TOGETHER]
        fetch(some, {bucket: [block.number for block in some] for bucket in buckets})


def _newest_first(order: np.ndarray, happened: np.ndarray, ids: np.ndarray, wanted: int) -> np.ndarray:
    """Places in their order, the first ``wanted`` at least."""
    if wanted < order.size // 4:
        kth = order.size - wanted
        least = np.partition(happened[order], kth)[kth]
        order = order[happened[order] >= least]
    return order[np.lexsort((ids[order], happened[order]))[::-1]]
