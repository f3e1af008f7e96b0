"""Cells that hold more than one person can fill: they are text, and are looked at as such.

What is compared in a row is compared with everybody found in it, so that a cell of a thousand people would cost a
million comparisons; and its people are no one person's phones.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from matcher.readers.interface import Prose, Rows

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_IN_ROW: Final = 1000
"""Characters of a cell that are looked at together with the rest of its row."""
_LONGEST_WORD: Final = 64
"""Letters and digits in a row that are not cut in two."""


def parted(passage: Rows | Prose) -> Iterator[Rows | Prose]:
    """The passage, its long cells cut, and those as free text behind it."""
    if isinstance(passage, Prose):
        yield passage
        return
    long = [n for n, column in enumerate(passage.columns) if max(map(len, column), default=0) > LONGEST_IN_ROW]
    if not long:
        yield passage
        return
    columns = list(passage.columns)
    for number in long:
        columns[number] = [_cut(cell) for cell in passage.columns[number]]
    yield replace(passage, columns=tuple(columns))
    for number in long:
        for cell, place in zip(passage.columns[number], passage.places, strict=True):
            if len(cell) > LONGEST_IN_ROW:
                yield Prose(cell, place)


def _cut(cell: str) -> str:
    """Its beginning, up to the end of a word."""
    if len(cell) <= LONGEST_IN_ROW:
        return cell
    end = LONGEST_IN_ROW
    while end > LONGEST_IN_ROW - _LONGEST_WORD and cell[end - 1].isalnum():
        end -= 1
    return cell[:end]
