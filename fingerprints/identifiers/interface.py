"""What a kind of identifier is: one file a kind in this folder, found by being there."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from core.processes.patterns import later
from fingerprints.identifiers._usual import read_blocks
from fingerprints.text import normalise

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_CUSTOM: Final = later(r"__p?c$", re.IGNORECASE)
"""How that system marks fields that its user has added."""
NEAR: Final = 24
"""Characters on either side that say in what kind of text some digits stand."""


@dataclass(frozen=True, slots=True)
class Found:
    """A candidate in a text: ``text[start:end]`` reads as ``canonical``."""

    kind: str
    start: int
    end: int
    canonical: str


@dataclass(frozen=True, slots=True)
class Examples:
    """What a kind reads and what it does not; run as a contract test and shown in the docs."""

    hits: tuple[tuple[str, str], ...]
    misses: tuple[str, ...]


class IdentifierKind(ABC):
    """One kind of identifier: its canonical form, and how it is found in free text.

    Attributes:
        name: The kind's name in code, files and output.
        code: Its number inside digests, 1 to 31; never reused (see `fingerprints.secrets.digests`).
        strong: Practically one person: strangers never share it.
        posted: The index answers "who carries it"; of the others it knows only how many do (too many share one value).
        sketched: Kept as a sketch as well, for fuzzy comparison.
        headers: Header words, as `header_words` leaves them.
        examples: The contract.
    """

    name: ClassVar[str]
    code: ClassVar[int]
    strong: ClassVar[bool] = False
    posted: ClassVar[bool] = False
    sketched: ClassVar[bool] = False
    headers: ClassVar[tuple[str, ...]] = ()
    examples: ClassVar[Examples]

    @abstractmethod
    def canonical(self, text: str) -> str | None:
        """The one form of any spelling; idempotent; None when the text is not of this kind."""

    def readings(self, text: str) -> tuple[str, ...]:
        """Every canonical form the text may stand for at scan time; the canonical one first."""
        canonical = self.canonical(text)
        return () if canonical is None else (canonical,)

    def readings_many(self, texts: Sequence[str]) -> list[tuple[str, ...]]:
        """`readings` of each value of a column, none for empty ones."""
        return read_blocks(texts, self._usual_readings, self.readings, ())

    def under_label(self, text: str) -> str | None:
        """The canonical form of a value that a header or a label says is of this kind: read as freely as can be."""
        return self.canonical(text)

    def under_label_many(self, texts: Sequence[str]) -> list[str | None]:
        """`under_label` of each value of a column, None for empty ones; kinds have quicker ways for most values."""
        return read_blocks(texts, self._usual_forms, self.under_label, None)

    def _usual_forms(self, lines: str) -> Sequence[str] | None:
        """The canonical form of each line; None where one of them has to be looked at closer."""
        forms = self._usual_lines(lines)
        return None if forms is None else forms.split("\n")

    def _usual_lines(self, lines: str) -> str | None:
        """The same as lines, for kinds of which most values change in a few signs."""
        del lines
        return None

    def _usual_readings(self, lines: str) -> Sequence[tuple[str, ...]] | None:
        """The readings of each line; None where one of them has to be looked at closer."""
        if type(self).readings is not IdentifierKind.readings:
            return None
        forms = self._usual_forms(lines)
        return None if forms is None else list(zip(forms, strict=True))

    def slips(self, text: str) -> tuple[str, ...]:
        """Canonical forms of what somebody could have meant who wrote this with one slip; none where nobody asks."""
        del text
        return ()

    def find(self, text: str) -> Iterator[Found]:
        """Candidates in free text, in order; nothing for kinds that cannot be told without context."""
        del text
        return iter(())

    def comparable(self, text: str) -> str:
        """Any text, a whole passage even, in the form that this kind's sketches are compared with."""
        return normalise(text)

    def looks_like(self, values: Sequence[str], *, labelled: bool = False) -> float:
        """Share of a column's values that are not empty and fit, 0 to 1; a header may say that it is of this kind."""
        filled = Counter(value for value in values if value.strip())
        read = self.under_label if labelled else self.canonical
        fits = sum(count for value, count in filled.items() if read(value) is not None)
        return fits / filled.total() if filled else 0.0


def is_among_japanese(text: str, start: int, end: int) -> bool:
    """Whether anything but ASCII stands in or near a stretch: bare digits in machine text are looked at no closer."""
    return not text[max(start - NEAR, 0) : end + NEAR].isascii()


def header_words(header: str) -> str:
    """A column's header as it is compared: normalised, without hyphens and dots, and without Salesforce's ``__c``."""
    return normalise(_CUSTOM.sub("", header)).replace("-", "").replace(".", "")
