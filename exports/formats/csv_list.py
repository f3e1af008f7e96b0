"""One list as CSV (RFC 4180), with the mark that spreadsheets know UTF-8 by, and no cell that they would calculate."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, ClassVar

from core.encodings.csv_text import safe_cell
from exports.formats.interface import ExportFormat
from exports.lists import COLUMNS, rows_of

if TYPE_CHECKING:
    from typing import BinaryIO

    from exports.material import ExportMaterial


class CsvList(ExportFormat):
    """Incidents, events, documents or customers; events unless another list is chosen."""

    name: ClassVar[str] = "csv"
    suffix: ClassVar[str] = ".csv"
    media_type: ClassVar[str] = "text/csv; charset=utf-8"
    reader: ClassVar[str] = "Excel, LibreOffice"
    has_lists: ClassVar[bool] = True
    usual_list: ClassVar[str] = "events"

    def write(self, material: ExportMaterial, target: BinaryIO) -> None:
        """The heading, then row after row."""
        name = material.wish.chosen or self.usual_list
        text = io.TextIOWrapper(target, "utf-8-sig", errors="backslashreplace", newline="", write_through=True)
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(COLUMNS[name])
        for row in rows_of(material, name):
            writer.writerow(["" if cell is None else safe_cell(cell) for cell in row])
        text.flush()
        text.detach()
