"""A reader for formats in which every line is a record of its own, found by one pattern."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

import polars as pl

from trails.formats.interface import ApartReader, Dropped, Parsed

if TYPE_CHECKING:
    from collections.abc import Sequence


class LineReader(ApartReader):
    """Keeps the lines that fit, names the others, and leaves the columns to its format."""

    def __init__(self, columns: Sequence[str] | None, reason: str) -> None:
        self.columns = columns
        self._reason = reason

    @abstractmethod
    def fits(self, lines: pl.Series) -> pl.Series:
        """Which lines hold a record."""

    @abstractmethod
    def split(self, lines: pl.Series) -> dict[str, pl.Series]:
        """The columns of lines that fit; only those in ``self.columns`` are needed, if it is given."""

    def read(self, lines: Sequence[str], first: int, *, last: bool) -> Parsed:
        """The records in ``lines``."""
        del last
        return self.read_apart(pl.Series(lines, dtype=pl.String), first)

    def stands_apart(self, data: bytes) -> bool:
        """Every line does."""
        del data
        return True

    def read_apart(self, lines: pl.Series, first: int) -> Parsed:
        """The records in ``lines``; empty lines are none."""
        texts = lines.alias("lines")
        there = texts.str.strip_chars() != ""
        good = there & self.fits(texts).fill_null(value=False)
        dropped = [Dropped(first + i, self._reason) for i in (there & ~good).arg_true().to_list()]
        numbers = [first + i for i in good.arg_true().to_list()]
        kept = texts.filter(good)
        columns = self.split(kept)
        return Parsed(pl.DataFrame(columns) if columns else pl.DataFrame(height=len(kept)), numbers, kept, dropped)
