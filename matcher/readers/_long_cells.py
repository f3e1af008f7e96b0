"""Cells and rows that hold more than one person can fill: they are text, and are looked at as such.

What is compared in a row is compared with everybody found in it, so that a cell of a thousand people would cost a
million comparisons; and the phones of all of them are no one person's.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from matcher.readers._plain import flattened
from matcher.readers.interface import Prose, Rows
from matcher.readers.records._lists import are_of_many

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_IN_ROW: Final = 1000
"""Characters of a cell that are looked at together with the rest of its row."""
MOST_IN_ROW: Final = 8  # phones, or mail addresses, that a table has for a person
LOOKED_AT: Final = 3
"""Rows by which a table is told."""
_LONGEST_WORD: Final = 64
"""Letters and digits in a row that are not cut in two."""


def parted(passage: Rows | Prose) -> Iterator[Rows | Prose]:
    """The passage, its long cells cut, and those as free text behind it; as text alone where a row is of many."""
    if isinstance(passage, Prose):
        yield passage
        return
    if _is_of_many(passage):
        yield flattened(passage)
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


def _is_of_many(rows: Rows) -> bool:
    """Whether one of the first rows has more phones or mail addresses than a person."""
    if len(rows.columns) <= MOST_IN_ROW:
        return False
    first = zip(*(column[:LOOKED_AT] for column in rows.columns), strict=True)
    return any(are_of_many(row, MOST_IN_ROW, ("phone", "mail")) for row in first)


def _cut(cell: str) -> str:
    """Its beginning, up to the end of a word."""
    if len(cell) <= LONGEST_IN_ROW:
        return cell
    end = LONGEST_IN_ROW
    while end > LONGEST_IN_ROW - _LONGEST_WORD and cell[end - 1].isalnum():
        end -= 1
    return cell[:end]
