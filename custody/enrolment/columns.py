"""Which column of a table holds what: by header, by content, or as the person says with ``--map``."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from custody.enrolment.column_finder import ColumnFinder
from custody.enrolment.column_plan import PARTS, ColumnPlan
from custody.enrolment.table_format import detect_format
from custody.enrolment.tables import Row, read_sample
from custody.errors import ColumnError
from fingerprints.building.prints import is_usable
from fingerprints.identifiers import load_kinds
from fingerprints.identifiers.interface import header_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from fingerprints.identifiers import IdentifierKind

SAMPLE_ROWS: Final = 500
_HEADER_WITHIN: Final = 10
"""Rows among which the header is looked for, below a title."""
_HEADER_WORDS: Final = 2
_DIGIT: Final = re.compile("[0-9]")


def understand(path: Path, mapping: Mapping[str, str] | None = None) -> ColumnPlan:
    """Work out what the columns of a file hold.

    Args:
        path: The file.
        mapping: Kind to column, by header or number from 1, several joined with ``+``; empty means "not this kind". It
            wins.

    Raises:
        ColumnError: The mapping names what is not there, or what was found cannot tell one customer from another.
    """
    table = detect_format(path)
    kinds = load_kinds()
    read = read_sample(path, table, SAMPLE_ROWS + _HEADER_WITHIN)
    top = _find_top(read, kinds)
    rows = [row.cells for row in read[top:]]
    if not rows:
        raise ColumnError(f"{path} has no rows", hint="See whether it is the right file.")
    has_header = _is_header(rows, kinds)
    if has_header and len(rows) == 1:
        raise ColumnError(f"{path} has no rows, only a header", hint="See whether it was exported whole.")
    width = len(rows[0]) if has_header else Counter(map(len, rows)).most_common(1)[0][0]
    headers = rows[0] if has_header else [str(n + 1) for n in range(width)]
    sample = rows[1:] if has_header else rows
    finder = ColumnFinder(kinds, headers, [[row[n] if n < len(row) else "" for row in sample] for n in range(width)])
    finder.take_mapping(mapping or {})
    if has_header:
        finder.by_header()
    finder.by_content(has_header=has_header)
    finder.take_further(has_header=has_header)
    if not is_usable(frozenset(finder.columns)):
        found = ", ".join(finder.columns) or "nothing"
        raise ColumnError(
            f"{path}: the columns found ({found}) cannot tell one customer from another",
            hint="Say which column is which: --map phone=電話番号,email=3 (a header, or a number from 1).",
        )
    used = {place for column in finder.all_columns() for place in column.places}
    ignored = tuple(header for number, header in enumerate(headers) if number not in used and header)
    first_line = read[top + 1].line if has_header else read[top].line
    return ColumnPlan(
        table, has_header, width, finder.columns, ignored, tuple(finder.doubts), tuple(finder.further), first_line
    )


def _find_top(rows: list[Row], kinds: Mapping[str, IdentifierKind]) -> int:
    """The number of the first row that is no title: the header if one can be seen, else the first as wide as most."""
    known = _known_words(kinds)
    words = [{header_words(cell) for cell in row.cells if cell.strip()} & known for row in rows[:_HEADER_WITHIN]]
    for number, found in enumerate(words):
        if len(found) >= _HEADER_WORDS:
            return number
    filled = [sum(map(bool, row.cells)) for row in rows]
    usual = sorted(filled)[len(filled) // 2] if filled else 0
    return next((n for n, found in enumerate(words) if found or filled[n] > 1 or usual <= _HEADER_WORDS), 0)


def _is_header(rows: list[list[str]], kinds: Mapping[str, IdentifierKind]) -> bool:
    """Whether the first row names columns: by a word that we know, or because it looks like none of the rows below."""
    first = rows[0]
    if {header_words(cell) for cell in first if cell.strip()} & _known_words(kinds):
        return True
    telling = [kinds[kind] for kind in ("email", "phone", "postal_code", "birth_date")]
    if any(kind.canonical(cell) for kind in telling for cell in first):
        return False
    for place, cell in enumerate(first):
        shapes = Counter(_DIGIT.sub("9", row[place]) for row in rows[1:] if place < len(row))
        if _DIGIT.search(cell) and shapes and shapes.most_common(1)[0] == (_DIGIT.sub("9", cell), len(rows) - 1):
            return False
    return True


def _known_words(kinds: Mapping[str, IdentifierKind]) -> set[str]:
    return {header_words(alias) for kind in kinds.values() for alias in kind.headers} | set(PARTS)
