"""Cells and rows that hold more than one person can fill: they are text, and are looked at as such.

What is compared in a row is compared with everybody found in it, so that a cell of a thousand people would cost a
million comparisons; and the phones of all of them are no one person's.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from matcher.readers._plain import flattened
from matcher.readers.interface import Prose, Rows
from matcher.readers.records._lists import are_of_many, sort_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LONGEST_IN_ROW: Final = 1000
"""Characters of a cell that are looked at together with the rest of its row."""
MOST_IN_ROW: Final = 8  # phones, or mail addresses, that a table has for a person
_TELLING: Final = ("phone", "mail")
_LONGEST_WORD: Final = 64
"""Letters and digits in a row that are not cut in two."""


def parted(passage: Rows | Prose) -> Iterator[Rows | Prose]:
    """The passage, its long cells cut, and those as free text behind it; rows of many as text alone."""
    if isinstance(passage, Prose):
        yield passage
        return
    if many := _of_many(passage):
        yield flattened(_some(passage, many))
        passage = _some(passage, sorted(set(range(len(passage.places))) - set(many)))
        if not passage.places:
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


def _of_many(rows: Rows) -> list[int]:
    """The rows that have more phones or mail addresses than a person, told by columns that begin with one."""
    telling = [column for column in rows.columns if sort_of(next(filter(None, column), "")) in _TELLING]
    if len(telling) <= MOST_IN_ROW:
        return []
    return [n for n, row in enumerate(zip(*telling, strict=True)) if are_of_many(row, MOST_IN_ROW, _TELLING)]


def _some(rows: Rows, numbers: Sequence[int]) -> Rows:
    columns = tuple([column[n] for n in numbers] for column in rows.columns)
    return replace(rows, columns=columns, places=[rows.places[n] for n in numbers])


def _cut(cell: str) -> str:
    """Its beginning, up to the end of a word."""
    if len(cell) <= LONGEST_IN_ROW:
        return cell
    end = LONGEST_IN_ROW
    while end > LONGEST_IN_ROW - _LONGEST_WORD and cell[end - 1].isalnum():
        end -= 1
    return cell[:end]
