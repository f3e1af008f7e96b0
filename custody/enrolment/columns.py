"""Which column of a table holds what: by header, by content, or as the person says with ``--map``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from custody.enrolment.column_plan import ColumnPlan, Remark, ShownColumn
from custody.enrolment.plan.asides import bare_cell, is_total
from custody.enrolment.plan.column_finder import ColumnFinder
from custody.enrolment.plan.column_names import ColumnNames, letter_of
from custody.enrolment.plan.header_rows import HEADER_WITHIN, find_headers
from custody.enrolment.plan.masking import masked_samples
from custody.enrolment.plan.sampled import SampledColumns
from custody.enrolment.plan.workbook import find_sheet, list_sheets
from custody.enrolment.table_format import detect_format
from custody.enrolment.tables import read_sample
from custody.errors import ColumnError, CustodyError, NobodyToldError
from fingerprints.building.prints import is_usable
from fingerprints.identifiers import load_kinds

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from custody.enrolment.plan.header_rows import Headers
    from custody.enrolment.table_format import TableFormat

SAMPLE_ROWS: Final = 500
_LOOKED_FOR: Final = ("customer_number", "name", "kana", "birth_date", "phone", "email", "postal_code", "address")
"""Kinds whose lack is told."""


def understand(
    path: Path, mapping: Mapping[str, str] | Sequence[tuple[str, str]] | None = None, *, sheet: str = ""
) -> ColumnPlan:
    """Work out what the columns of a file hold.

    Args:
        path: The file.
        mapping: Field and column as the person says, which wins: the column by header, number from 1 or letter, parts
            of a value joined with ``+``, empty for "not this field". A field that a customer may have several of may
            come several times.
        sheet: Of a workbook, by name or number from 1; without it the one that holds customers.

    Raises:
        ColumnError: The mapping names what is not there, or what was found cannot tell one customer from another.
    """
    pairs = list(mapping.items()) if isinstance(mapping, Mapping) else list(mapping or ())
    table = detect_format(path)
    if not table.is_spreadsheet:
        if sheet:
            raise ColumnError(f"{path} has no sheets", hint="Leave --sheet away: it is a text.")
        return _understand_table(path, table, pairs)
    sheets = list_sheets(path)
    if sheet or len(sheets) == 1:
        name = find_sheet(path, sheets, sheet) if sheet else sheets[0].name
        return _understand_table(path, table.of_sheet(name), pairs)
    return _understand_workbook(path, table, pairs)


def _understand_workbook(path: Path, table: TableFormat, pairs: Sequence[tuple[str, str]]) -> ColumnPlan:
    """The sheet with the most customers; that there are others is said."""
    plans, errors = [], []
    for sheet in list_sheets(path):
        try:
            plans.append((sheet, _understand_table(path, table.of_sheet(sheet.name), pairs)))
        except CustodyError as error:
            errors.append((sheet, error))
    shown = [one for one in plans if one[0].is_visible] or plans
    if not shown:
        rows = max(errors, key=lambda one: (one[0].is_visible, one[0].rows))
        raise rows[1]
    chosen, plan = max(shown, key=lambda one: one[0].rows)
    others = [sheet.name for sheet, _plan in plans if sheet is not chosen]
    if not others:
        return plan
    return plan.with_remarks(Remark("other_sheets", {"sheets": ", ".join(others), "sheet": chosen.name}))


def show_columns(path: Path, *, sheet: str = "") -> tuple[ShownColumn, ...]:
    """The columns of a file that could not be understood, with masked values, for a person to say what they hold.

    Raises:
        CustodyError: It is no table, or has no rows.
    """
    table = detect_format(path)
    if table.is_spreadsheet:
        sheets = list_sheets(path)
        largest = max((one for one in sheets if one.is_visible), key=lambda one: one.rows, default=sheets[0])
        table = table.of_sheet(find_sheet(path, sheets, sheet) if sheet else largest.name)
    opened = _open(path, table)
    return _seen(opened, None)


@dataclass(frozen=True, slots=True)
class _Opened:
    """The beginning of a table: what names its columns, its sampled values column by column, and where they begin."""

    where: str
    headers: Headers
    values: list[list[str]]
    above: frozenset[tuple[str, ...]]
    first_line: int
    guarded: bool


def _open(path: Path, table: TableFormat) -> _Opened:
    read = read_sample(path, table, SAMPLE_ROWS + HEADER_WITHIN)
    where = f"{path}, sheet {table.sheet}" if table.sheet else str(path)
    if not read:
        raise ColumnError(f"{where} has no rows", hint="See whether it is the right file.")
    headers = find_headers(read)
    rows = read[headers.first :]
    if not rows:
        raise ColumnError(f"{where} has no rows, only a header", hint="See whether it was exported whole.")
    above = frozenset(tuple(row.cells) for row in read[: headers.first])
    sample = [row.cells for row in rows if tuple(row.cells) not in above]
    width = _width(headers, sample)
    sample = [cells for cells in sample if not (is_total(cells) and 2 * _filled(cells) <= width)] or sample
    values = [[row[n].strip() if n < len(row) else "" for row in sample] for n in range(width)]
    bare = [list(map(bare_cell, column)) for column in values]
    return _Opened(where, _padded(headers, width), bare, above, rows[0].line, guarded=bare != values)


def _understand_table(path: Path, table: TableFormat, pairs: Sequence[tuple[str, str]]) -> ColumnPlan:
    opened = _open(path, table)
    finder = _find(opened, pairs)
    seen = _seen(opened, finder)
    return ColumnPlan(
        table=table,
        has_header=opened.headers.found,
        width=len(opened.values),
        columns=finder.columns,
        ignored=tuple(one.header for one in seen if not one.kind and one.header),
        further=tuple(finder.further),
        first_line=opened.first_line,
        guarded=opened.guarded,
        above=opened.above,
        remarks=tuple(finder.remarks),
        seen=seen,
        missing=tuple(kind for kind in _LOOKED_FOR if kind not in finder.columns),
    )


def _filled(cells: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in cells)


def _width(headers: Headers, sample: Sequence[Sequence[str]]) -> int:
    """How many columns there are: those that are named, and those beyond that most rows fill."""
    if not headers.found:
        return max(map(len, sample), default=0)
    filled = sorted(max((n + 1 for n, cell in enumerate(cells) if cell.strip()), default=0) for cells in sample)
    return max(len(headers.names), filled[len(filled) // 2] if filled else 0)


def _padded(headers: Headers, width: int) -> Headers:
    """Columns beyond those that are named have no header."""
    more = (
        ("",) * (width - len(headers.names))
        if headers.found
        else tuple(str(n + 1) for n in range(len(headers.names), width))
    )
    return replace(headers, names=headers.names + more, groups=headers.groups + ("",) * len(more))


def _find(opened: _Opened, pairs: Sequence[tuple[str, str]]) -> ColumnFinder:
    headers = opened.headers
    kinds = load_kinds()
    finder = ColumnFinder(kinds, SampledColumns(kinds, headers, opened.values))
    finder.take_mapping(pairs, ColumnNames(headers.names, headers.groups))
    finder.take_whole_names()
    if headers.found:
        finder.by_shape(said=True)
        finder.by_header()
        finder.take_buildings()
    finder.by_shape(said=False)
    finder.by_content()
    finder.take_further()
    finder.refuse_halves()
    finder.conclude()
    if not is_usable(frozenset(finder.columns)):
        raise NobodyToldError(opened.where, tuple(finder.columns))
    return finder


def _seen(opened: _Opened, finder: ColumnFinder | None) -> tuple[ShownColumn, ...]:
    """Every column as it is shown."""
    headers = opened.headers
    kinds = {place: kind for kind, column in finder.used() for place in column.places} if finder else {}
    return tuple(
        ShownColumn(
            place=n,
            letter=letter_of(n),
            header=headers.names[n] if headers.found else "",
            group=headers.groups[n] if headers.found else "",
            samples=masked_samples(values),
            kind=kinds.get(n, ""),
            reads_as="" if n in kinds or not finder else finder.reads_as(n),
        )
        for n, values in enumerate(opened.values)
    )
