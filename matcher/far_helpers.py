"""Helpers that are not processes of ours: passages go out as bytes, parts come back as bytes, in the order they went.

Who carries them is the business of whoever started the process that reads: it is asked to take a passage, or for what
is still out. A part depends on its passage alone, so that the finding is the one of a single process.
"""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from core.processes.plain import ForgedMessageError, Plain
from fingerprints.columns.parts import Field
from matcher.decide.parts import FoundSubjects, Part
from matcher.decide.phone_lists import PhonePart
from matcher.passage import PassageJob
from matcher.readers.interface import Prose, Rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from matcher.passage import Looker

    Exchange: TypeAlias = Callable[[bytes | None], list[bytes | None]]
    """Hand a passage out, or None where there are no more; the parts that are due, in order, None for one that nobody
    could give. Asked for more, it gives at least one as long as anything is out."""

LARGEST_SENT: Final = 64 << 20
"""Of a passage; a larger one, of a few very long lines, is looked at here."""
ANSWERS: Final = Plain(Part, FoundSubjects, PhonePart)


def _numbers_of(data: bytes) -> range:
    return range(*json.loads(data))


JOBS: Final = Plain(
    PassageJob, Rows, Prose, Field,
    others={range: (lambda given: json.dumps([given.start, given.stop, given.step]).encode(), _numbers_of)},
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unseen:
    """Where a passage stands that no helper could look at."""

    path: tuple[str, ...]
    place: str
    first: int
    last: int

    @classmethod
    def of(cls, job: PassageJob) -> Unseen:
        """A passage's place, as a person would count."""
        passage = job.passage
        if isinstance(passage, Prose):
            return cls(job.path, "line", passage.first_line, passage.first_line + passage.text.count("\n"))
        return cls(job.path, passage.place, passage.places[0], passage.places[-1])


class FarHelpers:
    """Has passages looked at elsewhere.

    Args:
        exchange: The line to whoever carries them.
    """

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._out: deque[Unseen] = deque()

    def work_through(self, looker: Looker, jobs: Iterator[PassageJob]) -> Iterator[Part | Unseen]:
        """The parts of all passages in their order, and in their place those that nobody looked at."""
        self._out.clear()
        for job in jobs:
            packed = JOBS.pack(job)
            if len(packed) > LARGEST_SENT:
                yield from self._drained()
                yield looker.look(job)
                continue
            self._out.append(Unseen.of(job))
            yield from self._due(packed)
        yield from self._drained()

    def _drained(self) -> Iterator[Part | Unseen]:
        while self._out:
            yield from self._due(None)

    def _due(self, packed: bytes | None) -> Iterator[Part | Unseen]:
        for said in self._exchange(packed):
            where = self._out.popleft()
            yield where if said is None else part_of(said, where)


def look_at_packed(looker: Looker, packed: bytes) -> bytes:
    """What a helper does with a passage.

    Raises:
        ForgedMessageError: It is none.
    """
    job = JOBS.unpack(packed)
    if not isinstance(job, PassageJob):
        raise ForgedMessageError(f"a passage was expected, got {type(job).__name__}")
    return ANSWERS.pack(looker.look(job))


def part_of(said: bytes, where: Unseen) -> Part | Unseen:
    """The part that a helper says; its place alone where what it says is none."""
    try:
        part = ANSWERS.unpack(said)
    except ForgedMessageError:
        return where
    return part if isinstance(part, Part) else where
