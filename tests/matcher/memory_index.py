"""A small index in memory that answers as the real one does, over plain values: for tests of the matcher alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz.fuzz import partial_ratio, ratio

from fingerprints.digests import PAIRS, Digester, derive_parts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from fingerprints.identifiers import IdentifierKind

CURRENT = 65535


@dataclass(frozen=True, slots=True)
class Hits:
    """As the real index gives them."""

    query: NDArray[np.intp]
    subject: NDArray[np.uint32]
    since: NDArray[np.uint16]
    until: NDArray[np.uint16]


class MemoryIndex:
    """People as dicts of kind to text; one value a kind."""

    def __init__(
        self,
        people: Sequence[Mapping[str, str]],
        digester: Digester,
        kinds: Mapping[str, IdentifierKind],
        since: int = 20000,
    ) -> None:
        self.subjects = len(people)
        self._carriers: dict[int, list[int]] = defaultdict(list)
        self._counts: Counter[int] = Counter()
        self._sketches: dict[tuple[str, int], str] = {}
        self._kinds = kinds
        self._since = since
        for number, person in enumerate(people):
            self._enrol(number, person, digester)

    def _enrol(self, number: int, person: Mapping[str, str], digester: Digester) -> None:
        terms: dict[str, int] = {}
        for kind, text in person.items():
            canonical = self._kinds[kind].canonical(text)
            if canonical is None:
                continue
            terms[kind] = digester.digest(kind, canonical)
            self._counts[terms[kind]] += 1
            for part, value in derive_parts(kind, canonical).items():
                terms[f"{kind}.{part}"] = digester.digest(f"{kind}.{part}", value)
            if self._kinds[kind].posted:
                self._carriers[terms[kind]].append(number)
            if self._kinds[kind].sketched:
                self._sketches[kind, number] = self._kinds[kind].comparable(canonical)
        for pair in PAIRS:
            if pair.left.name in terms and pair.right.name in terms:
                left, right = (np.array([terms[side.name]], np.uint64) for side in (pair.left, pair.right))
                self._carriers[int(digester.pair(pair.name, left, right)[0])].append(number)

    def lookup(self, digests: NDArray[np.uint64]) -> Hits:
        """Who carries each digest."""
        found = [(q, s) for q, d in enumerate(digests.tolist()) for s in self._carriers.get(d, ())]
        query, subject = (np.array([pair[side] for pair in found], np.intp) for side in (0, 1))
        ones = np.ones(len(found), np.uint16)
        return Hits(query, subject.astype(np.uint32), ones * np.uint16(self._since), ones * np.uint16(CURRENT))

    def count(self, digests: NDArray[np.uint64]) -> NDArray[np.int64]:
        """How many carry each digest."""
        return np.array([self._counts[d] for d in digests.tolist()], np.int64)

    def agreement(self, kind: str, subjects: NDArray[np.uint32], texts: Sequence[str]) -> NDArray[np.float32]:
        """Alignment inside a longer text, plain ratio with a text of about the field's length; NaN without a sketch."""
        return np.array([self._agree(kind, int(s), t) for s, t in zip(subjects, texts, strict=True)], np.float32)

    def _agree(self, kind: str, subject: int, text: str) -> float:
        sketch = self._sketches.get((kind, subject))
        if not sketch:
            return float("nan")
        return partial_ratio(sketch, text) / 100 if len(text) > len(sketch) else ratio(sketch[: len(text)], text) / 100
