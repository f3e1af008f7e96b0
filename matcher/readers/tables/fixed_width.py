"""Columns aligned by blanks: reports of mainframes, output of command lines, text copied from a screen.

::

    氏名        電話            住所
    架空 一郎   090-0012-3400   東京都千代田区

Columns are where no line of the head has a character; wide characters take two places, as they do on a screen and in
CP932, or one, as programs count that do not know better.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from core.processes.patterns import later
from matcher.readers.interface import Passage, Readable, Reader, ReaderExample
from matcher.readers.tables._layout import batches, best_delimiter
from matcher.readers.tables.delimited import HEAD_LINES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FEWEST_LINES = 4
NARROWEST_GAP = 2  # blanks between two columns in most lines; one alone stands between words as well
WIDEST = 4000
FULL = 0.7  # share of the lines that have something in each of the columns
_GAP = later(r"\S[ 　]{2,200}\S")


class FixedWidthReader(Reader):
    """A table cut at the same places in every line."""

    name = "fixed width"
    examples: ClassVar = (
        ReaderExample(
            "氏名        電話           住所\n架空 一郎   090-0012-3400  東京都\n仮名 双葉   090-0112-3401  北海道\n"
            "架空 三郎   090-0012-3402  大阪府\n".encode("cp932"),
            ("架空 一郎", "090-0112-3401"),
        ),
        ReaderExample(b"def f():\n    return 1\n\ndef g():\n    return 2\n", ()),
    )

    def recognises(self, source: Readable) -> float:
        """By blanks that stand below each other in all lines."""
        if source.is_binary:
            return 0.0
        lines = _table_of(source)
        return 0.5 if lines and not best_delimiter(lines)[0] and _cuts(lines)[0] else 0.0

    def read(self, source: Readable) -> Iterator[Passage]:
        """Batches of rows."""
        cuts, wide = _cuts(_table_of(source))
        most = source.limits.columns
        rows = (
            (number, _cells(line, cuts, wide=wide)[:most])
            for number, line in enumerate(source.lines(), 1)
            if line.strip()
        )
        yield from batches(rows)


def _head(source: Readable) -> list[str]:
    lines = source.head_text.split("\n")
    return [line for line in lines[: HEAD_LINES if len(lines) > HEAD_LINES else None] if line.strip()]


def _table_of(source: Readable) -> list[str]:
    """The lines from the first to the last with a gap, if most of them have one: words stand around them."""
    lines = _head(source)
    gaps = [number for number, line in enumerate(lines) if _GAP.search(line)]
    within = lines[gaps[0] : gaps[-1] + 1] if gaps else []
    return within if len(gaps) >= FULL * len(within) else []


def _cuts(lines: Sequence[str]) -> tuple[list[int], bool]:
    """Where each column but the first begins, and whether places are those of a screen."""
    found = {wide: _starts(lines, wide=wide) for wide in (True, False)}
    best = max(found, key=lambda wide: len(found[wide]))
    return found[best], best


def _starts(lines: Sequence[str], *, wide: bool) -> list[int]:
    if len(lines) < FEWEST_LINES:
        return []
    filled = np.zeros((len(lines), WIDEST), np.bool_)
    for row, line in enumerate(lines):
        at = 0
        for char in line[: WIDEST // 2]:
            step = _places(char) if wide else 1
            filled[row, at : at + step] = not char.isspace()
            at += step
    used = np.asarray(filled.any(axis=0))
    starts = np.flatnonzero(used[1:] & ~used[:-1]) + 1
    begun = [start for start in starts.tolist() if used[:start].any()]
    kept = []
    for start, end in zip(begun, [*begun[1:], WIDEST], strict=False):
        is_full = filled[:, start:end].any(axis=1).mean() >= FULL
        is_apart = (~filled[:, max(0, start - NARROWEST_GAP) : start].any(axis=1)).mean() >= FULL
        if is_full and is_apart:
            kept.append(start)
    return kept


def _places(char: str) -> int:
    return 2 if not char.isascii() and unicodedata.east_asian_width(char) in "WFA" else 1


def _cells(line: str, cuts: Sequence[int], *, wide: bool) -> list[str]:
    cells = []
    begin = at = 0
    pending = list(cuts)
    for index, char in enumerate(line):
        while pending and at >= pending[0]:
            cells.append(line[begin:index].strip())
            begin = index
            pending.pop(0)
        if not pending:
            break
        at += _places(char) if wide else 1
    return [*cells, line[begin:].strip()]
