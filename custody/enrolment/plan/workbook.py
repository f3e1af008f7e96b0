"""The sheets of a workbook: which there are, and the rows of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from custody.errors import ColumnError, TableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its name, whether a person sees it, and how many rows it has."""

    name: str
    is_visible: bool
    rows: int


def list_sheets(path: Path) -> list[Sheet]:
    """The sheets of cells, in order; charts and macros are none.

    Raises:
        TableError: It is no workbook.
    """
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    try:
        workbook = CalamineWorkbook.from_path(str(path))
        return [
            Sheet(one.name, one.visible == SheetVisibleEnum.Visible, workbook.get_sheet_by_name(one.name).height)
            for one in workbook.sheets_metadata
            if one.typ == SheetTypeEnum.WorkSheet
        ]
    except CalamineError as error:
        raise TableError(f"{path} cannot be read as a spreadsheet: {error}") from None


def find_sheet(path: Path, sheets: Sequence[Sheet], named: str) -> str:
    """The name of the sheet that a person names, by its name or its number from 1.

    Raises:
        ColumnError: There is no such sheet.
    """
    names = [sheet.name for sheet in sheets]
    if named in names:
        return named
    if named.isascii() and named.isdecimal() and 1 <= int(named) <= len(names):
        return names[int(named) - 1]
    raise ColumnError(f"{path} has no sheet {named!r}", hint=f"Sheets are: {', '.join(names)}.")


def read_sheet(path: Path, name: str) -> Iterator[tuple[int, float, list[str]]]:
    """The number of each row of a sheet, how far into the sheet that is, and its cells as text.

    Args:
        path: The workbook.
        name: Of the sheet; empty for the first one.

    Raises:
        TableError: It is no workbook.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_path(str(path))
        sheet = workbook.get_sheet_by_name(name) if name else workbook.get_sheet_by_index(0)
        total = max(sheet.height, 1)
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            yield number, number / total, [_cell(cell) for cell in cells]
    except CalamineError as error:
        raise TableError(f"{path} cannot be read as a spreadsheet: {error}") from None


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
