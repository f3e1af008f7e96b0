"""Worksheets read straight from their XML (ECMA-376, ODF 1.3), row by row, when the library cannot be let at them.

calamine holds a sheet as one block from its first to its last cell: two cells in opposite corners ask for half a
terabyte, and the allocation that fails takes the process with it. It also refuses a workbook that is cut off.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from lxml import etree

from core.processes.patterns import later
from matcher.readers._bounds import PIECE_BYTES
from matcher.readers.packed._zip_entries import listed, walked
from matcher.readers.packed.zip_archive import open_entry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matcher.readers.interface import Readable
    from matcher.readers.packed._zip_entries import Entry

SHEETS: Final = later(r"xl/worksheets/[^/]+\.xml|content\.xml")
_STRINGS: Final = "xl/sharedStrings.xml"
_ROW: Final = re.compile(rb'<(?:\w+:)?row\b[^>]{0,300}?\sr="(\d{1,9})"')
_WIDE_CELL: Final = re.compile(rb'<(?:\w+:)?c\s[^>]{0,100}?r="([A-Z]{2,3})\d')
_OVERLAP: Final = 512
_FEW_COLUMNS: Final = 26
_ORDINARY_TEXT: Final = 1 << 12
"""Bytes: a longer one is no field, but a letter; the longest that a spreadsheet itself allows has 32,767 characters."""
_PLACE: Final = later(r"([A-Z]{1,3})(\d{1,9})")


def parts_of(content: bytes, source: Readable) -> dict[str, Entry]:
    """What a workbook's zip holds, by name, directory or not."""
    file = io.BytesIO(content)
    entries: dict[str, Entry] = {}
    for find in (listed, walked):
        for entry in find(file):
            if len(entries) < source.limits.members:
                entries.setdefault(entry.name, entry)
        if entries:
            break
    return entries


@dataclass(frozen=True, slots=True)
class Extent:
    """How much a workbook would be in memory.

    Attributes:
        cells: Of the largest sheet, empty ones included.
        shared_bytes: Of the texts that cells refer to.
        is_whole: Whether every part was unpacked to its end; the library would unpack what lies beyond a bound as well.
        most_shared_bytes: What the cells would be if each held the longest of those texts, where that is a long one.
    """

    cells: int
    shared_bytes: int
    most_shared_bytes: int
    is_whole: bool


def measure(content: bytes, parts: dict[str, Entry], source: Readable) -> Extent | None:
    """How much it would be; None when the workbook unpacks to more than it may."""
    most = unpacked = shared = longest = referring = 0
    is_whole = True
    for name, entry in parts.items():
        rows, width, rest, text = 0, _FEW_COLUMNS, b"", 0
        with _opened(content, entry, source) as stream:
            while data := stream.read(PIECE_BYTES):
                unpacked += len(data)
                if unpacked > source.limits.unpacked_bytes or source.cuts.is_late(source.limits):
                    return None
                if name == _STRINGS:
                    shared += len(data)
                    stretches = data.split(b"</si>")
                    longest = max(longest, text + len(stretches[0]), *map(len, stretches[1:]), 0)
                    text = len(stretches[-1]) + (text if len(stretches) == 1 else 0)
                if SHEETS.fullmatch(name):
                    referring += data.count(b't="s"')
                    piece = rest + data
                    rows = max(rows, *map(int, _ROW.findall(piece)), 0)
                    width = max(width, *map(_column, set(_WIDE_CELL.findall(piece))), 0)
                    rest = piece[-_OVERLAP:]
            is_whole &= not getattr(getattr(stream, "raw", None), "is_too_dense", False)
        most = max(most, rows * width)
    return Extent(most, shared, longest * referring if longest > _ORDINARY_TEXT else 0, is_whole)


def _opened(content: bytes, entry: Entry, source: Readable) -> BinaryIO:
    """A part's bytes; none where the directory is wrong about it."""
    try:
        return open_entry(io.BytesIO(content), entry, source)
    except (ValueError, KeyError, NotImplementedError):
        source.note("a part of the spreadsheet that cannot be opened", entry.name)
        return io.BytesIO()


def _column(letters: bytes | str) -> int:
    """A column's number from 1 on: A, B, … AA."""
    number = 0
    for letter in letters if isinstance(letters, bytes) else letters.encode():
        number = number * 26 + letter - 64
    return number


def sheets(content: bytes, parts: dict[str, Entry], source: Readable) -> Iterator[Iterator[tuple[int, list[str]]]]:
    """Numbered rows of each sheet."""
    strings: list[str] = []
    if _STRINGS in parts:
        with _opened(content, parts[_STRINGS], source) as stream:
            strings = _strings(stream, source)
    for name, entry in parts.items():
        if not SHEETS.fullmatch(name):
            continue
        with _opened(content, entry, source) as stream:
            if name == "content.xml":
                yield _table_rows(stream, source)
            else:
                yield _sheet_rows(stream, strings, source)


def _strings(stream: BinaryIO, source: Readable) -> list[str]:
    """The texts that cells refer to, as many and as long as a reader may hold."""
    strings: list[str] = []
    left = source.limits.whole_bytes
    for element in _elements(stream, "si", source):
        text = "".join(element.itertext())
        if len(text) > min(source.limits.line_chars, left):
            source.note("texts of a spreadsheet that are longer than any cell's were cut")
            text = text[: min(source.limits.line_chars, left)]
        left -= len(text)
        strings.append(text)
    return strings


def _elements(stream: BinaryIO, name: str, source: Readable) -> Iterator[Any]:
    """Elements of a name, one by one and gone when the next one comes; as far as the XML is whole."""
    events = etree.iterparse(
        stream, events=("end",), tag=f"{{*}}{name}", recover=True, resolve_entities=False, load_dtd=False,
        no_network=True, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        for _, element in events:
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    except (etree.LxmlError, ValueError, OSError):
        source.note("a damaged sheet: what stands before the damage was read")


def _sheet_rows(stream: BinaryIO, strings: list[str], source: Readable) -> Iterator[tuple[int, list[str]]]:
    most = source.limits.columns
    number = 0
    for row in _elements(stream, "row", source):
        said = row.get("r", "")
        number = int(said) if said.isdecimal() and len(said) < 10 else number + 1  # noqa: PLR2004  # a 32-bit number
        cells: list[str] = []
        for cell in row.iterchildren("{*}c"):
            place = _PLACE.fullmatch(cell.get("r", ""))
            column = _column(place[1]) if place else len(cells) + 1
            if column > most:
                source.note(f"a sheet of more than {most} columns was cut")
                break
            cells += [""] * (column - len(cells))
            cells[column - 1] = _cell(cell, strings)
        yield number, cells


def _cell(cell: Any, strings: list[str]) -> str:
    if cell.get("t") == "inlineStr":
        return "".join(cell.itertext())
    value = cell.findtext("{*}v") or ""
    if cell.get("t") == "s":
        return strings[int(value)] if value.isdecimal() and len(value) < 10 and int(value) < len(strings) else ""  # noqa: PLR2004
    return value.removesuffix(".0")


def _table_rows(stream: BinaryIO, source: Readable) -> Iterator[tuple[int, list[str]]]:
    """Rows of an OpenDocument sheet; a row or a cell that is repeated comes once, or as often as columns are read."""
    most = source.limits.columns
    for number, row in enumerate(_elements(stream, "table-row", source), 1):
        cells: list[str] = []
        for cell in row.iterchildren("{*}table-cell"):
            said = {str(name).rsplit("}", 1)[-1]: value for name, value in cell.attrib.items()}
            text = said.get("date-value") or "\n".join("".join(p.itertext()) for p in cell.iterchildren("{*}p"))
            times = said.get("number-columns-repeated", "1")
            cells += [text] * (min(int(times), most) if times.isdecimal() and len(times) < 9 else 1)  # noqa: PLR2004
        if any(cells):
            yield number, cells[:most]
