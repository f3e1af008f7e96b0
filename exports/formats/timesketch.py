"""The timeline and the access records of incidents for Timesketch, as JSON lines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, ClassVar

from exports.formats.interface import ExportFormat
from exports.sketch_rows import sketch_rows

if TYPE_CHECKING:
    from typing import BinaryIO

    from exports.material import ExportMaterial


class Timesketch(ExportFormat):
    """A row an event or record; fields that say nothing are left out."""

    name: ClassVar[str] = "timesketch"
    suffix: ClassVar[str] = ".jsonl"
    media_type: ClassVar[str] = "application/jsonl; charset=utf-8"
    reader: ClassVar[str] = "Timesketch"
    has_records: ClassVar[bool] = True

    def write(self, material: ExportMaterial, target: BinaryIO) -> None:
        """Row after row."""
        for row in sketch_rows(material):
            filled = {name: value for name, value in row.items() if value != ""}
            target.write(json.dumps(filled, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")
