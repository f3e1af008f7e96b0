"""Supervision as workbooks: the numbers with a sheet for each list behind them; cells hold values, never formulas."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any, Final

from core.encodings.csv_text import safe_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from custody.supervision.check_sheets import Sheets
    from custody.supervision.numbers import CountedPeriod, NumberBehind
    from custody.supervision.words import Words

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_UNFIT: Final = re.compile(r"[\[\]:*?/\\]")
_LONGEST_NAME: Final = 31
"""What Excel allows in the name of a sheet."""
_WIDEST: Final = 60


def workbook_bytes(sheets: Iterable[tuple[str, Sequence[str], Iterable[Sequence[Any]]]]) -> bytes:
    """A workbook of tables, each with a name, headers and rows."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    for name, headers, rows in sheets:
        sheet = book.create_sheet(_UNFIT.sub(" ", name)[:_LONGEST_NAME])
        sheet.freeze_panes = "A2"
        for number, header in enumerate(headers):
            sheet.column_dimensions[_letter(number)].width = min(_WIDEST, max(12, 2 * len(header) + 4))
        cells = []
        for header in headers:
            cell = WriteOnlyCell(sheet, value=header)
            cell.font = Font(bold=True)
            cells.append(cell)
        sheet.append(cells)
        for row in rows:
            sheet.append([_cell(value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def numbers_workbook(numbers: Sequence[NumberBehind], period: CountedPeriod, words: Words, sheets: Sheets) -> bytes:
    """The numbers of a period, and behind each group the list that it counts."""
    groups = list(dict.fromkeys(one.group for one in numbers))

    def summary() -> Iterable[Sequence[Any]]:
        for one in numbers:
            yield words("number", one.group), words.labels(one, sheets), one.count, words("number", one.group)

    head = (words("field", "group"), f"{period.first} – {period.last}", words("field", "count"), words("field", "list"))
    tables: list[tuple[str, Sequence[str], Iterable[Sequence[Any]]]] = [(words.said("numbers"), head, summary())]
    for group in groups:
        mine = [one for one in numbers if one.group == group]
        headers = (words("field", "group"), *(words("field", name) for name in mine[0].columns))
        rows = (
            (words.labels(one, sheets), *(words.cell(name, v) for name, v in zip(one.columns, row, strict=True)))
            for one in mine
            for row in one.rows
        )
        tables.append((words("number", group), headers, rows))
    return workbook_bytes(tables)


def _cell(value: Any) -> Any:
    return _CONTROL.sub(" ", str(safe_cell(value))) if isinstance(value, str) else value


def _letter(number: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(number + 1))
