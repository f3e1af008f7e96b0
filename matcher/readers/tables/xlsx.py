"""Spreadsheets: XLSX, XLSM and XLS by calamine, ODS by hand; every sheet, hidden ones too.

Formulas count by the value they were saved with; dates are written as ISO 8601, whole numbers without a point (a phone
number that was typed as one has lost its first zero: the identifiers know).
"""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar

import python_calamine

from matcher.readers.interface import NotThisFormatError, Passage, Readable, Reader, ReaderExample
from matcher.readers.tables._layout import batches
from matcher.readers.tables._sheets_by_hand import SHEETS, measure, parts_of, sheets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matcher.readers.tables._sheets_by_hand import Extent

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_PARTS = (b"xl/workbook", b"xl/worksheets", b"opendocument.spreadsheet")
_ENDINGS = (".xlsx", ".xlsm", ".ods")
_ODS = "content.xml"
MOST_SHARED_BYTES = 256 << 20  # of texts that cells refer to; a million customers with five texts of their own are less
DIRECTORY_BYTES = 1 << 16  # at the end of an archive, where its directory is


class SpreadsheetReader(Reader):
    """Rows of every sheet."""

    name = "spreadsheet"
    encloses = True
    examples: ClassVar = (ReaderExample(b"PK\x03\x04 but no workbook", ()),)

    def recognises(self, source: Readable) -> float:
        """By its first bytes and what they name."""
        if source.head.startswith(_OLE):
            return 1.0
        if not source.head.startswith(b"PK\x03\x04"):
            return 0.0
        named = source.name.lower().endswith(_ENDINGS)
        return 1.1 if named or any(part in source.head for part in _PARTS) or _holds_workbook(source) else 0.0

    def read(self, source: Readable) -> Iterator[Passage]:
        """Batches of rows, sheet after sheet."""
        content = source.whole_bytes()
        if content is None:
            source.note(
                f"a spreadsheet of more than {source.limits.whole_bytes} bytes was read as an archive", harmless=True
            )
            raise NotThisFormatError
        if content.startswith(_OLE):
            if _ENCRYPTED in content:
                source.note("encrypted; not opened")
                return
            yield from _by_calamine(content, source)
            return
        parts = parts_of(content, source)
        if not any(SHEETS.fullmatch(name) for name in parts):
            raise NotThisFormatError
        extent = measure(content, parts, source)
        if extent is None:
            source.note("a spreadsheet that unpacks to more than it may was not read")
            return
        yield from _by_best_means(content, parts, extent, source)


def _by_best_means(content: bytes, parts: dict[str, Any], extent: Extent, source: Readable) -> Iterator[Passage]:
    if _ODS not in parts and _is_bearable(extent, source):
        try:
            yield from _by_calamine(content, source)
        except NotThisFormatError:
            source.note("a damaged spreadsheet: what is whole of it was read, dates as numbers")
        else:
            return
    elif _ODS not in parts:
        source.note("a very large sheet was read row by row, dates as numbers", harmless=True)
    for number, rows in enumerate(sheets(content, parts, source)):
        yield from batches(((place, row) for place, row in rows if any(row)), "row", number)


def _is_bearable(extent: Extent, source: Readable) -> bool:
    """Whether the library may hold it: it copies a text into each cell that refers to it."""
    few = extent.cells <= source.limits.sheet_cells and extent.is_whole
    return few and extent.shared_bytes <= MOST_SHARED_BYTES and extent.most_shared_bytes <= MOST_SHARED_BYTES


def _by_calamine(content: bytes, source: Readable) -> Iterator[Passage]:
    try:
        book = python_calamine.load_workbook(io.BytesIO(content))
        names = book.sheet_names
    except BaseException as error:  # noqa: BLE001  # see `_unless_it_is_ours`
        _unless_it_is_ours(error)
        raise NotThisFormatError from None
    for number, name in enumerate(names):
        try:
            sheet = book.get_sheet_by_name(name)
            rows = sheet.to_python(skip_empty_area=False) if sheet.height else []
        except BaseException as error:  # noqa: BLE001  # see `_unless_it_is_ours`
            _unless_it_is_ours(error)
            source.note(f"sheet {number + 1} is damaged and was not read")
            continue
        yield from batches(_records(rows, source), "row", number)


def _unless_it_is_ours(error: BaseException) -> None:
    """Calamine raises classes of its own for every way to be damaged, and Rust's panics are no `Exception`."""
    if isinstance(error, (KeyboardInterrupt, SystemExit, GeneratorExit)):
        raise error


def _records(rows: list[list[Any]], source: Readable) -> Iterator[tuple[int, list[str]]]:
    most = source.limits.columns
    for number, row in enumerate(rows, 1):
        if len(row) > most:
            source.note(f"a sheet of more than {most} columns was cut")
        cells = [_text(cell) for cell in row[:most]]
        if any(cells):
            yield number, cells


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if (cell.hour, cell.minute, cell.second) == (0, 0, 0) else cell.isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _holds_workbook(source: Readable) -> bool:
    """Whether its directory names the parts of one; looked at only where the head did not settle it."""
    if source.depth:  # a member would have to be unpacked to its end first
        return False
    with source.open() as stream:
        stream.seek(max(0, stream.seek(0, io.SEEK_END) - DIRECTORY_BYTES))
        return b"xl/workbook" in stream.read(DIRECTORY_BYTES)
