"""Made-up customers for the tests of the index."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

DAY = date(2026, 4, 1)


def given(number: int) -> str:
    """A given name of one letter, another for each number; in every Japanese encoding."""
    return bytes((0xB0 + number // 94, 0xA1 + number % 94)).decode("euc_jp")


def customers(numbers: Iterable[int], *, without: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """The customers with these numbers, every column but those left out; the same number is the same customer."""
    rows = list(numbers)
    columns = {
        "customer_number": [f"K{n:06d}" for n in rows],
        "name": [f"架空　{given(n)}" for n in rows],
        "kana": ["カクウ イチロウ" for _ in rows],
        "phone": [f"090-0000-{n:04d}" for n in rows],
        "email": [f"user{n}@carrier.example" for n in rows],
        "postal_code": ["100-0001" for _ in rows],
        "address": [f"東京都千代田区千代田{n + 1}-2-3" for n in rows],
        "birth_date": [(date(1985, 1, 1) + timedelta(days=n)).isoformat() for n in rows],
    }
    return {kind: values for kind, values in columns.items() if kind not in without}
