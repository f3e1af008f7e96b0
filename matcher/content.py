"""A small sketch of a document's content by which a repost is recognised, however it is wrapped.

One-permutation MinHash (Li, Owen and Zhang, 2012) over keyed digests of its lines: the share of equal entries
estimates the share of lines in common. Keyed, since a bare hash of a line with a phone number in it gives the number
away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.processes.patterns import later
from matcher.readers.interface import Rows

if TYPE_CHECKING:
    from fingerprints.secrets.digests import Digester
    from matcher.readers.interface import Prose

BINS = 32
MOST_LINES = 50_000  # of a document: enough to tell reposts by, whatever its length
MOST_HELD_CHARS = 16_000_000
"""About as many as so many lines have, and 16 to 32 MB of text."""
CHARS_A_CELL = 32  # what a cell takes in memory is several times its characters
FEWEST_EQUAL = 2  # entries that two sketches must have filled in common before they are compared
_EMPTY = 0
_LINE = later(r"[\n。]")


class ContentSketch:
    """Collects the lines of one document; what is held is hashed when it is much, or when the sketch is asked for.

    Most documents are clear, and nobody asks for the sketch of a clear one.
    """

    def __init__(self, digester: Digester) -> None:
        self._digester = digester
        self._bins = np.full(BINS, np.iinfo(np.uint32).max, np.uint32)
        self._lines = 0
        self._held: list[Rows | Prose] = []
        self._held_chars = 0

    def add(self, passage: Rows | Prose) -> None:
        """Take the lines of a passage in; their order plays no part."""
        if self._lines >= MOST_LINES:
            return
        self._held.append(passage)
        if isinstance(passage, Rows):
            self._held_chars += len(passage.places) * len(passage.columns) * CHARS_A_CELL
        else:
            self._held_chars += len(passage.text)
        if self._held_chars > MOST_HELD_CHARS:
            self._hash_held()

    def finish(self) -> tuple[int, ...]:
        """The sketch; 0 stands for an entry that no line fell into."""
        self._hash_held()
        return tuple(int(value) if value != np.iinfo(np.uint32).max else _EMPTY for value in self._bins)

    def _hash_held(self) -> None:
        for passage in self._held:
            self._hash(passage)
        self._held.clear()
        self._held_chars = 0

    def _hash(self, passage: Rows | Prose) -> None:
        if isinstance(passage, Rows):
            lines = ["\x1f".join(filter(None, cells)) for cells in zip(*passage.columns, strict=True)]
        else:
            lines = [stripped for line in _LINE.split(passage.text) if (stripped := line.strip())]
        lines = lines[: MOST_LINES - self._lines]
        self._lines += len(lines)
        digests = self._digester.digest_many("line", lines) >> np.uint64(6)
        digests = digests[digests != 0]
        values = (digests >> np.uint64(5)).astype(np.uint32)
        np.minimum.at(self._bins, (digests % np.uint64(BINS)).astype(np.intp), np.maximum(values, 1))
