"""Spreadsheets: XLSX, XLSM, XLSB, XLS and ODS, every sheet, by calamine; formulas by the value they were saved with."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar

import python_calamine

from matcher.readers.delimited import batches
from matcher.readers.interface import Example, NotThisFormatError, Passage, Reader, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PARTS = (b"xl/workbook", b"xl/worksheets", b"opendocument.spreadsheet")
DENSEST = 100  # times the whole file: a workbook that unpacks to more is a bomb


class SpreadsheetReader(Reader):
    """Rows of every sheet."""

    name = "spreadsheet"
    examples: ClassVar = (Example(b"PK\x03\x04 but no workbook", ()),)

    def recognises(self, source: Source) -> float:
        """By its first bytes and what they name."""
        if source.head.startswith(_OLE):
            return 1.0
        is_zip = source.head.startswith(b"PK\x03\x04")
        named = source.name.lower().endswith((".xlsx", ".xlsm", ".xlsb", ".ods"))
        return (
            1.1 if is_zip and (named or any(part in source.head for part in _PARTS) or _holds_workbook(source)) else 0.0
        )

    def read(self, source: Source) -> Iterator[Passage]:
        """Batches of rows, sheet after sheet."""
        with source.open() as stream:
            content = stream.read(source.limits.whole_bytes + 1)
        if len(content) > source.limits.whole_bytes or _is_bomb(content, source):
            source.note("a spreadsheet that is too large was not read")
            return
        try:
            book = python_calamine.load_workbook(io.BytesIO(content))
            names = book.sheet_names
        except Exception:  # noqa: BLE001  # calamine raises classes of its own for every way to be damaged
            raise NotThisFormatError from None
        for name in names:
            try:
                rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            except Exception:  # noqa: BLE001  # as above
                source.note("a damaged sheet was not read")
                continue
            yield from batches(_records(rows, source))


def _records(rows: list[list[Any]], source: Source) -> Iterator[tuple[int, list[str]]]:
    most = source.limits.columns
    for number, row in enumerate(rows, 1):
        cells = [_text(cell) for cell in row[:most]]
        if any(cells):
            yield number, cells


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if (cell.hour, cell.minute, cell.second) == (0, 0, 0) else cell.isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _holds_workbook(source: Source) -> bool:
    try:
        with source.open() as stream, zipfile.ZipFile(stream) as archive:
            return any(name.startswith(("xl/workbook", "content.xml")) for name in archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False


def _is_bomb(content: bytes, source: Source) -> bool:
    if content.startswith(_OLE):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(info.file_size for info in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
    return unpacked > min(DENSEST * max(len(content), 1 << 16), source.limits.unpacked_bytes)
