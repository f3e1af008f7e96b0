"""Lists as a workbook, a sheet each, written row by row; no cell is a formula."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from core.encodings.csv_text import safe_cell
from exports.formats.interface import ExportFormat
from exports.lists import COLUMNS, rows_of

if TYPE_CHECKING:
    from typing import BinaryIO

    from exports.material import ExportMaterial

MOST_ROWS: Final = 1_048_575
"""Rows below the heading that a sheet can hold (ECMA-376: 1,048,576 in all)."""
LONGEST: Final = 32_767
"""Characters that a cell can hold."""


class Xlsx(ExportFormat):
    """All lists, or the chosen one."""

    name: ClassVar[str] = "xlsx"
    suffix: ClassVar[str] = ".xlsx"
    media_type: ClassVar[str] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    reader: ClassVar[str] = "Excel, LibreOffice"
    has_lists: ClassVar[bool] = True

    def write(self, material: ExportMaterial, target: BinaryIO) -> None:
        """A sheet a list; what a sheet cannot hold any more is counted."""
        from openpyxl import Workbook

        book = Workbook(write_only=True)
        chosen = material.wish.chosen
        names = [chosen] if chosen else [name for name in COLUMNS if name != "customers" or material.wish.incident_id]
        for name in names:
            sheet = book.create_sheet(name)
            sheet.append(COLUMNS[name])
            for number, row in enumerate(rows_of(material, name)):
                if number < MOST_ROWS:
                    sheet.append([_cell(cell) for cell in row])
                else:
                    material.tally.taken[name] -= 1
                    material.tally.left_out["rows_of_sheet"] += 1
        book.save(target)


def _cell(value: Any) -> Any:
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if not isinstance(value, str):
        return value
    return safe_cell(ILLEGAL_CHARACTERS_RE.sub(" ", value))[:LONGEST]
