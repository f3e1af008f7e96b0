"""Subjects are numbered as they appear, however often."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fingerprints.building.numbering import number_in_order
from fingerprints.index.records import Records, part_of

if TYPE_CHECKING:
    import pytest


@given(st.lists(st.integers(0, 12), max_size=60), st.sampled_from([0, 1, 7, 4_000_000_000]))
def test_each_key_has_the_number_of_its_first_place(drawn: list[int], first: int) -> None:
    keys = np.array(drawn, np.uint64) * np.uint64(1 << 59)
    expected: dict[int, int] = {}
    for key in keys.tolist():
        expected.setdefault(key, first + len(expected))
    numbers, new = number_in_order(keys, first)
    assert numbers.tolist() == [expected[key] for key in keys.tolist()]
    assert new.tolist() == list(expected)
    assert numbers.dtype == np.uint32


def test_blocks_of_keys_are_searched_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fingerprints.building.numbering._BLOCK", 3)
    numbers, new = number_in_order(np.array([5, 9, 5, 7, 9, 9, 1, 5], np.uint64), 10)
    assert numbers.tolist() == [10, 11, 10, 12, 11, 11, 13, 10]
    assert new.tolist() == [5, 9, 7, 1]


@given(st.lists(st.integers(0, (1 << 64) - 1), max_size=40), st.sampled_from([1, 2, 8, 128]))
def test_parts_of_all_digests_are_all_of_them(drawn: list[int], parts: int) -> None:
    digests = np.sort(np.array([*drawn, 0, (1 << 63) - 1, 1 << 63, (1 << 64) - 1], np.uint64))
    days = np.zeros(digests.size, np.uint16)
    records = Records(digests, np.arange(digests.size, dtype=np.uint32), days, days, days.astype(np.bool_))
    found = [part_of(records, number, parts) for number in range(parts)]
    assert np.concatenate([part.digest for part in found]).tolist() == digests.tolist()
    width = (1 << 64) // parts
    assert all(int(one) // width == number for number, part in enumerate(found) for one in part.digest.tolist())
