"""How a table's file is written: delimiter and encoding, or a plain word for what is no table."""

from __future__ import annotations

import codecs
import csv
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from core.encodings.vendors import lenient, strict
from custody.errors import TableError

if TYPE_CHECKING:
    from pathlib import Path

SAMPLE_BYTES: Final = 1 << 20
_TRIED: Final = ("utf-8", "euc_jp", "cp932")
_PACKED: Final = {
    b"\x1f\x8b": "gzip",
    b"PK": "zip",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"7z\xbc\xaf": "7-Zip",
    b"(\xb5/\xfd": "zstd",
}
_NO_TABLES: Final = {
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"SQLite format 3": "a database",
}
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
SPREADSHEETS: Final = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
DELIMITERS: Final = (",", "\t", ";", "|")
_BOMS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_HALF_WIDTH: Final = re.compile("[｡-ﾟ]")
_NO_LETTERS: Final = re.compile("[\uf8f0-\uf8f3]")
"""What Python's CP932 makes of the bytes A0 and FD to FF, which no text has."""
_EVERYDAY: Final = re.compile("[ぁ-んァ-ヶ一-鿿]")


@dataclass(frozen=True, slots=True)
class TableFormat:
    """How a file is to be read; delimiter and encoding are empty for a spreadsheet, and no sheet is its first one."""

    delimiter: str
    encoding: str
    sheet: str = ""

    def of_sheet(self, name: str) -> TableFormat:
        """The same for one sheet of a workbook."""
        return replace(self, sheet=name)

    @property
    def is_spreadsheet(self) -> bool:
        """Whether it is a workbook rather than text."""
        return not self.delimiter

    def __str__(self) -> str:
        names = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "bars"}
        if self.is_spreadsheet:
            return f"spreadsheet, sheet {self.sheet}" if self.sheet else "spreadsheet"
        return f"{self.encoding}, separated by {names[self.delimiter]}"


def detect_format(path: Path) -> TableFormat:
    """How the file is written, from its name and its first mebibyte.

    Raises:
        TableError: It is empty, or in no encoding we know.
    """
    if path.is_dir():
        raise TableError(f"{path} is a folder", hint="Enrol the files in it one by one.")
    if path.suffix.lower() in SPREADSHEETS:
        return TableFormat("", "")
    with path.open("rb") as file:
        sample = file.read(SAMPLE_BYTES)
    if not sample.strip():
        raise TableError(f"{path} is empty")
    _refuse_others(path, sample)
    encoding = detect_encoding(sample, whole=len(sample) < SAMPLE_BYTES)
    if encoding is None:
        line, nearest = _first_misfit(sample)
        raise TableError(
            f"{path} is in no encoding we know: tried {', '.join(_TRIED)}; {nearest} fits best, up to line {line}",
            hint=f"See line {line}, or save it as UTF-8. UTF-8, UTF-16, CP932 (Shift_JIS) and EUC-JP can be read.",
        )
    text = codecs.getincrementaldecoder(encoding)(lenient(encoding)).decode(sample)
    return TableFormat(_delimiter(path, text), encoding)


def detect_encoding(sample: bytes, *, whole: bool) -> str | None:
    """The encoding of a sample; where both CP932 and EUC-JP fit, the one that reads as everyday Japanese.

    Args:
        sample: The file's first bytes.
        whole: Whether that is all of it; else its last character may be cut.
    """
    for bom, encoding in _BOMS:
        if sample.startswith(bom):
            return encoding
    texts = {encoding: _decode(sample, encoding, whole=whole) for encoding in _TRIED}
    if texts["utf-8"] is not None:
        return "utf-8"
    fitting = {encoding: text for encoding, text in texts.items() if text is not None}
    return max(fitting, key=lambda encoding: _everyday(fitting[encoding]), default=None) if fitting else None


def _refuse_others(path: Path, sample: bytes) -> None:
    """Name what is plainly no text.

    Raises:
        TableError: It is an archive, a workbook under another name, or of another kind.
    """
    for mark, name in _PACKED.items():
        if sample.startswith(mark) and (name != "zip" or sample[2:4] in {b"\x03\x04", b"\x05\x06"}):
            hint = "Unpack it first, and enrol the table in it."
            if b"xl/" in sample or b"[Content_Types].xml" in sample:
                hint = "It may be a workbook: give it the ending .xlsx. Else unpack it first."
            raise TableError(f"{path} is packed ({name})", hint=hint)
    if sample.startswith(_OLD_EXCEL):
        raise TableError(f"{path} is an Office file", hint="If it is a workbook, give it the ending .xls.")
    kind = next((name for mark, name in _NO_TABLES.items() if sample.startswith(mark)), "")
    if not kind and b"\0" in sample and detect_encoding(sample, whole=len(sample) < SAMPLE_BYTES) is None:
        kind = "a binary file"
    if kind:
        raise TableError(f"{path} is {kind}, no table", hint="CSV, TSV and XLSX files can be enrolled.")


def _first_misfit(sample: bytes) -> tuple[int, str]:
    """The line at which the encoding that fits longest fails, and that encoding."""
    fails = {}
    for encoding in _TRIED:
        for line, content in enumerate(sample.split(b"\n"), start=1):
            if _decode(content, encoding, whole=True) is None:
                fails[encoding] = line
                break
    nearest = max(fails, key=lambda encoding: fails[encoding], default="none")
    return fails.get(nearest, 1), nearest


def _decode(sample: bytes, encoding: str, *, whole: bool) -> str | None:
    try:
        text = codecs.getincrementaldecoder(encoding)(strict(encoding)).decode(sample, final=whole)
    except UnicodeDecodeError:
        return None
    return None if _NO_LETTERS.search(text) else text


def _everyday(text: str) -> float:
    return len(_EVERYDAY.findall(text)) - 2 * len(_HALF_WIDTH.findall(text))


def _delimiter(path: Path, text: str) -> str:
    lines = text.splitlines()[:50]
    if path.suffix.lower() in {".tsv", ".tab"}:
        return "\t"
    widths = {delimiter: [len(cells) for cells in csv.reader(lines, delimiter=delimiter)] for delimiter in DELIMITERS}
    return max(DELIMITERS, key=lambda d: (min(widths[d], default=0) > 1, sorted(widths[d])[len(widths[d]) // 2]))
