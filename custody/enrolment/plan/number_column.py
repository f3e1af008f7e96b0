"""Which column holds the carrier's own number for a customer, of several that could."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from fingerprints.identifiers.interface import header_words

if TYPE_CHECKING:
    from collections.abc import Sequence

_ANY_RECORD: Final = frozenset(
    header_words(word)
    for word in [
        "id",
        "$id",
        "no",
        "no.",
        "#",
        "番号",
        "連番",
        "通番",
        "行番号",
        "項番",
        "recordid",
        "recordno",
        "record_number",
        "レコード番号",
        "レコードid",
        "uid",
        "uuid",
        "guid",
        "key",
        "管理番号",
        "seq",
        "rowid",
        "objectid",
        "oid",
        "pk",
        "accountid",
        "ownerid",
        "contactid",
        "userid",
    ]
)
"""Headers that any record of any system may have."""
_UUID: Final = re.compile(r"\{?[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}?")
_HEX: Final = re.compile(r"(?=[^a-fA-F]*[a-fA-F])[0-9a-fA-F]{20,64}")
_CASED: Final = re.compile(r"(?=[^A-Z]*[A-Z])(?=[^a-z]*[a-z])(?=[^0-9]*[0-9])[A-Za-z0-9_-]{15,24}")
"""Salesforce's 15 or 18 characters, Firestore's 20: upper and lower case are different letters in them."""
_MOSTLY: Final = 0.8
_UNIQUE: Final = 0.9


def is_opaque(values: Sequence[str]) -> bool:
    """Whether values are what a system gives its records, which nobody outside of it ever sees."""
    filled = [value.strip() for value in values if value.strip()]
    return bool(filled) and sum(map(_is_record_id, filled)) >= _MOSTLY * len(filled)


def _is_record_id(value: str) -> bool:
    return any(shape.fullmatch(value) for shape in (_UUID, _HEX, _CASED))


def is_counter(values: Sequence[str]) -> bool:
    """Whether values count the rows of the file: 1, 2, 3."""
    filled = [value.strip() for value in values if value.strip()]
    if len(filled) < 2 or not all(value.isascii() and value.isdecimal() for value in filled):  # noqa: PLR2004  # to count
        return False
    numbers = list(map(int, filled))
    steps = sum(b - a == 1 for a, b in pairwise(numbers))
    return numbers[0] <= len(filled) and steps >= _MOSTLY * (len(numbers) - 1)


def is_any_record(header: str) -> bool:
    """Whether a header names the number of a record, of whatever that is."""
    return header_words(header) in _ANY_RECORD


def rank_of(header: str, values: Sequence[str], *, is_exact: bool) -> tuple[bool, bool, bool, bool]:
    """How good a column is for the customer's number; the smallest is the best."""
    filled = [value for value in values if value.strip()]
    shared = len(set(filled)) < _UNIQUE * len(filled)
    return is_opaque(values), is_counter(values) or is_any_record(header), not is_exact, shared
