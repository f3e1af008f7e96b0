"""Tables as CSV that a spreadsheet opens without calculating anything that somebody else wrote."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # full width ones too
"""How a cell begins that Excel, LibreOffice or Google Sheets would take for a formula (OWASP, CSV injection)."""


def safe_cell(value: Any) -> Any:
    """A cell as it may stand in a table: a text that would be a formula gets an apostrophe in front."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def csv_rows(rows: Iterable[Sequence[Any]]) -> str:
    """Rows as CSV (RFC 4180), each cell safe."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([safe_cell(cell) for cell in row] for row in rows)
    return text.getvalue()


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table with its heading."""
    return csv_rows([columns]) + csv_rows(rows)
