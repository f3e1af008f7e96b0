"""Logs, measurements and the like: tables in whose columns nobody stands. Cells tell no more there than lines do.

Splitting a text into cells takes two thirds of the time of a look at it. Where a long head is ASCII, no column of it is
of a kind we know and none is named like one, the whole is read as text: numbers, mail addresses, phones and dates are
found in it wherever they turn up later on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fingerprints.identifiers import load_kinds
from matcher.readers.interface import Prose, count_line_ends
from matcher.units.columns import kind_of_header, type_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from matcher.readers.interface import Rows

FEWEST_ROWS: Final = 190
"""Rows of a head that tell; shorter documents are read cell by cell whatever they hold."""
_LONGEST_NAME: Final = 40


def holds_nobody(head: Rows, names: Sequence[str]) -> bool:
    """Whether the rows of a head, and what may be the names of their columns, speak of no people."""
    if len(head.places) < FEWEST_ROWS or not all(
        map(str.isascii, (cell for column in head.columns for cell in column))
    ):
        return False
    if any(kind_of_header(name.strip()) for name in names if len(name) <= _LONGEST_NAME):
        return False
    return not type_columns(head, load_kinds())


def as_text(blocks: Iterable[str], spelled: Callable[[str], str] = str) -> Iterator[Prose]:
    """Whole lines, a block at a time; ``spelled`` undoes what stands for characters."""
    line = 1
    for block in blocks:
        yield Prose(spelled(block), line)
        line += count_line_ends(block)
