"""What a format of access logs has to do, and what it gives.

A format is one file of this folder: a `TrailFormat` that recognises a file by its first lines, and a `FormatReader`
that turns lines into named text columns. What the columns mean is the business of `trails.mapping.mapping_file`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Dropped:
    """A line that holds no record we can use: its number in the file, counted from 1, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """Records of some lines: ``frame`` has text columns only, ``numbers`` and ``raw`` (texts) its rows' lines."""

    frame: pl.DataFrame
    numbers: Sequence[int]
    raw: pl.Series
    dropped: list[Dropped] = field(default_factory=list)

    def only(self, columns: Sequence[str]) -> Parsed:
        """The same records with no other columns than these, as far as they are there."""
        wanted = [column for column in columns if column in self.frame.columns]
        frame = self.frame.select(wanted) if wanted else pl.DataFrame(height=len(self.frame))
        return replace(self, frame=frame)


@dataclass(frozen=True, slots=True)
class FormatExample:
    """A few lines of a format and what they say, column by column; run as a test and shown in the docs."""

    text: str
    records: tuple[dict[str, str], ...]


class FormatReader(ABC):
    """Reads one file; may remember what its earlier lines said, such as a header."""

    @abstractmethod
    def read(self, lines: Sequence[str], first: int, *, last: bool) -> Parsed:
        """The records in ``lines``, of which the first has the number ``first``.

        A record that goes on beyond the lines is kept back for the next call, unless this is the ``last`` one.
        """


class ApartReader(FormatReader):
    """Reads a file of which most lines, or all, say what they say by themselves: pieces of it are read side by side."""

    @abstractmethod
    def stands_apart(self, data: bytes) -> bool:
        """Whether some undecoded lines can be read by themselves now, and say nothing about later ones."""

    @abstractmethod
    def read_apart(self, lines: pl.Series, first: int) -> Parsed:
        """The records in lines that stand apart; it remembers nothing, and gives what `read` would."""


class TrailFormat(ABC):
    """One format of access logs."""

    name: ClassVar[str]
    examples: ClassVar[tuple[FormatExample, ...]]
    misses: ClassVar[tuple[str, ...]]
    defaults: ClassVar[dict[str, tuple[str, ...]]] = {}
    """Columns that mean the same in every file of the format: field to column names, joined by a space."""

    zone: ClassVar[str] = ""
    """The zone of times that name none, where the format's own definition says."""

    @abstractmethod
    def likeness(self, head: Sequence[str]) -> float:
        """How well the first lines fit, 0 to 1; the best fit above one half wins."""

    @abstractmethod
    def open(self, head: Sequence[str], columns: Sequence[str] | None = None) -> FormatReader:
        """A reader for a file that begins with ``head``; with ``columns``, only those need to be read."""
