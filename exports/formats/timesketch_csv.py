"""The same rows for Timesketch as CSV."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, ClassVar

from core.encodings.csv_text import safe_cell
from exports.formats.interface import ExportFormat
from exports.sketch_rows import COLUMNS, sketch_rows

if TYPE_CHECKING:
    from typing import BinaryIO

    from exports.material import ExportMaterial


class TimesketchCsv(ExportFormat):
    """A row an event or record, under the names of all columns."""

    name: ClassVar[str] = "timesketch-csv"
    suffix: ClassVar[str] = ".timesketch.csv"
    media_type: ClassVar[str] = "text/csv; charset=utf-8"
    reader: ClassVar[str] = "Timesketch"
    has_records: ClassVar[bool] = True

    def write(self, material: ExportMaterial, target: BinaryIO) -> None:
        """The heading, which Timesketch reads by name, then row after row."""
        text = io.TextIOWrapper(target, "utf-8", errors="backslashreplace", newline="", write_through=True)
        writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for row in sketch_rows(material):
            writer.writerow({name: safe_cell(cell) for name, cell in row.items()})
        text.flush()
        text.detach()
