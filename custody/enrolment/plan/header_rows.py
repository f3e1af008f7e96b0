"""Which rows of a table name its columns: below titles and notes, in one row or in several, or none of them.

A row of customers has digits or an address sign where its columns have them; a row that names columns has none there.
Titles and notes fill few cells. Of several rows of names the upper ones name groups: 連絡先 over 電話 and 携帯.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from fingerprints.columns.halves import role_of
from fingerprints.columns.parts import part_of_header
from fingerprints.identifiers import kind_classes
from fingerprints.identifiers.interface import header_words
from fingerprints.text import nfkc

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from custody.enrolment.tables import Row

HEADER_WITHIN: Final = 40
"""Rows among which the header is looked for, below titles and notes."""
_WORDS: Final = 2
_MOST_UPPER: Final = 2
_MOST_LOWER: Final = 1
"""Rows of names above and below the one that is seen first."""
_TELLING: Final = 0.8
"""Share of a column's values that look like values, from which the lack of such a look says something."""
_VALUE: Final = re.compile(r"\d{3}|\d[^\d]{1,3}\d|\S@\S")
_LONGEST_GROUP: Final = 20
_SENTENCE: Final = re.compile(r"[:：。※]|\d{2}")
_DIGIT: Final = re.compile("[0-9]")


@dataclass(frozen=True, slots=True)
class Headers:
    """What names the columns of a table.

    Attributes:
        names: Of each column; numbers from 1 where nothing names them.
        groups: What the rows above say of each column, empty where they say nothing.
        first: The number of the first row of customers, among those looked at.
        found: Whether something names the columns.
    """

    names: tuple[str, ...]
    groups: tuple[str, ...]
    first: int
    found: bool


def find_headers(rows: Sequence[Row]) -> Headers:
    """What names the columns of a table, from its first rows."""
    cells = [row.cells for row in rows]
    usual = _usual(cells)
    telling = _telling_columns(cells, usual)
    at = _known_header(cells, telling)
    if at is None:
        at = _header_by_values(cells, telling, usual)
    if at is None:
        first = _first_customer(cells, telling, usual)
        width = Counter(map(len, cells[first:])).most_common(1)[0][0] if cells[first:] else 0
        return Headers(tuple(str(n + 1) for n in range(width)), ("",) * width, first, found=False)
    upper = _upper_rows(rows, at, telling)
    lower = _lower_rows(rows, at, telling)
    return _joined(cells[upper : lower + 1], _below_words(rows, lower + 1, telling, cells[at]))


def _usual(cells: Sequence[Sequence[str]]) -> int:
    filled = sorted(sum(map(bool, row)) for row in cells)
    return filled[len(filled) // 2] if filled else 0


def _telling_columns(cells: Sequence[Sequence[str]], usual: int) -> list[int]:
    """Columns whose values can be told from words, as far as the lower half of the rows goes."""
    lower = [row for row in cells[len(cells) // 2 :] if 2 * sum(map(bool, row)) >= usual]
    width = max(map(len, lower), default=0)
    found = []
    for place in range(width):
        values = [row[place] for row in lower if place < len(row) and row[place].strip()]
        if values and sum(map(_is_value, values)) >= _TELLING * len(values):
            found.append(place)
    return found


def _is_value(cell: str) -> bool:
    return _VALUE.search(nfkc(cell)) is not None


def _is_customer(row: Sequence[str], telling: Iterable[int]) -> bool:
    """Whether a row has values where its columns have them."""
    looks = [_is_value(row[n]) for n in telling if n < len(row) and row[n].strip()]
    return any(looks) and 2 * sum(looks) >= len(looks)


def _known_header(cells: Sequence[Sequence[str]], telling: Sequence[int]) -> int | None:
    """The row with the most words that we know, when it has several; the first of those that have as many."""
    words = [len({header_words(cell) for cell in row if _is_known(cell)}) for row in cells[:HEADER_WITHIN]]
    likely = [n for n, count in enumerate(words) if count >= _WORDS and not _is_customer(cells[n], telling)]
    return max(likely, key=lambda n: (words[n], -n), default=None)


@cache
def _is_known(cell: str) -> bool:
    word = header_words(cell) if cell.strip() else ""
    return bool(word) and (word in _known_words() or bool(part_of_header(cell)) or bool(role_of(cell)))


@cache
def _known_words() -> frozenset[str]:
    return frozenset(header_words(alias) for kind in kind_classes().values() for alias in kind.headers)


def _header_by_values(cells: Sequence[Sequence[str]], telling: Sequence[int], usual: int) -> int | None:
    """The row above the first customer, when it fills as much as they do and is none."""
    first = _first_customer(cells, telling, usual)
    if telling:
        above = cells[first - 1] if first else ()
        named = any(map(_is_known, above)) or 2 * sum(map(bool, above)) >= usual
        return first - 1 if first and named else None
    if not cells[first:]:
        return None
    return first if _names_columns(cells[first:]) else None


def _names_columns(cells: Sequence[Sequence[str]]) -> bool:
    """Of a table without a value that tells: whether its first row looks like none of the rows below."""
    if any(map(_is_known, cells[0])):
        return True
    for place, cell in enumerate(cells[0]):
        shapes = Counter(_DIGIT.sub("9", row[place]) for row in cells[1:] if place < len(row))
        if _DIGIT.search(cell) and shapes and shapes.most_common(1)[0] == (_DIGIT.sub("9", cell), len(cells) - 1):
            return False
    return True


def _first_customer(cells: Sequence[Sequence[str]], telling: Sequence[int], usual: int) -> int:
    """The first row that is no title: one with values where its columns have them, else one as wide as most."""
    if telling:
        wide = (n for n, row in enumerate(cells) if 2 * sum(map(bool, row)) >= usual and _is_customer(row, telling))
        return next(wide, 0)
    return next((n for n, row in enumerate(cells) if sum(map(bool, row)) > 1 or usual <= 1), 0)


def _upper_rows(rows: Sequence[Row], at: int, telling: Sequence[int]) -> int:
    """The first of the rows of names that ends with the one at this place: groups stand right above."""
    top = at
    while top > 0 and at - top < _MOST_UPPER and rows[top - 1].line == rows[top].line - 1:
        above = rows[top - 1].cells
        if not _names_groups(above, rows[at].cells) or _is_customer(above, telling):
            break
        top -= 1
    return top


def _names_groups(above: Sequence[str], header: Sequence[str]) -> bool:
    """Whether a row names groups of columns: short words, several of them or one over the middle; no title, no note."""
    filled = [(n, cell.strip()) for n, cell in enumerate(above) if cell.strip()]
    if not filled or any(len(cell) > _LONGEST_GROUP or _SENTENCE.search(nfkc(cell)) for _n, cell in filled):
        return False
    first = next((n for n, cell in enumerate(header) if cell.strip()), 0)
    return len(filled) > 1 or filled[0][0] > first


def _lower_rows(rows: Sequence[Row], at: int, telling: Sequence[int]) -> int:
    """The last of the rows of names that begins with the one at this place."""
    bottom = at
    while bottom + 1 < len(rows) and bottom - at < _MOST_LOWER and _goes_on(rows, at, bottom + 1, telling):
        bottom += 1
    return bottom


def _goes_on(rows: Sequence[Row], at: int, below: int, telling: Sequence[int]) -> bool:
    """Whether the row below names columns too: it does where this one leaves some unnamed, and holds no value."""
    header, cells = rows[at].cells, rows[below].cells
    if rows[below].line != rows[below - 1].line + 1 or any(map(_is_value, cells)) or tuple(cells) == tuple(header):
        return False
    unnamed = [n for n, cell in enumerate(cells) if cell.strip() and not (n < len(header) and header[n].strip())]
    has_values = any(n < len(cells) and cells[n].strip() for n in telling)
    return bool(unnamed) and (any(map(_is_known, cells)) or has_values)


def _below_words(rows: Sequence[Row], first: int, telling: Sequence[int], header: Sequence[str]) -> int:
    """The first row below that is no line of words or counts under the header: other names, types, column numbers."""
    last = min(first + _MOST_UPPER, len(rows) - 1)
    while first < last and _is_words(rows[first].cells, telling, header):
        first += 1
    return first


def _is_words(cells: Sequence[str], telling: Sequence[int], header: Sequence[str]) -> bool:
    """Whether a row fills what the header fills, and no value stands in it where the columns have them."""
    named = [n for n, cell in enumerate(header) if cell.strip()]
    filled = [n for n in named if n < len(cells) and cells[n].strip()]
    return bool(set(telling) & set(filled)) and len(filled) == len(named) and not any(map(_is_value, cells))


def _joined(rows: Sequence[Sequence[str]], first: int) -> Headers:
    """Rows of names as one: the lowest word of each column, and beside it the words of the groups it stands in."""
    width = max(map(len, rows))
    grid = [[*(cell.strip() for cell in row), *[""] * (width - len(row))] for row in rows]
    names = [next((row[n] for row in reversed(grid) if row[n]), "") for n in range(width)]
    groups = [""] * width
    for upper, lower in pairwise(grid):
        group = ""
        for place in range(width):
            if upper[place]:
                group = upper[place] if lower[place] else ""
            if group and lower[place]:
                groups[place] = f"{groups[place]} {group}".strip()
    return Headers(tuple(names), tuple(groups), first, found=True)
