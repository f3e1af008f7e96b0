"""What of a table is no value of a customer's: totals, notes, the foot of a page, and signs that guard a cell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from fingerprints.text import nfkc

if TYPE_CHECKING:
    from collections.abc import Sequence

_NOTE_SHARE: Final = 3
"""One cell in so many is filled by a note at most."""
_TOTAL: Final = re.compile(
    r"(?:[合小総累]\s*計|計$|件数|以上|sub-?total|total|grand total|-?\s*\d+\s*/\s*\d+\s*(?:頁|ページ|-)?$)",
    re.IGNORECASE,
)


def bare_cell(cell: str) -> str:
    """A cell without what keeps a spreadsheet from taking its digits for a number: ="090-0000-0001", '090-0000-0001."""
    if cell.startswith('="') and cell.endswith('"'):
        return cell[2:-1]
    return cell[1:] if cell[:1] == "'" and cell[1:2].isdecimal() else cell


def is_aside(cells: Sequence[str], width: int) -> bool:
    """Whether a row that names nobody is a note or a total: few of its cells are filled, or one says what it counts."""
    filled = [cell for cell in cells if cell.strip()]
    return len(filled) <= width // _NOTE_SHARE or is_total(filled)


def is_total(cells: Sequence[str]) -> bool:
    """Whether a row says what it counts."""
    return any(_TOTAL.match(nfkc(cell).strip()) for cell in cells if cell.strip())
