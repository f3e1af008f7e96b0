"""Sorting and searching give what NumPy's own functions give."""

from __future__ import annotations

from typing import Literal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fingerprints.index.sorted_search import GROUP, distinct, search_sorted

LARGEST = (1 << 64) - 1


@given(
    st.integers(0, 3000),
    st.integers(0, 4 * GROUP),
    st.sampled_from([3, 1000, LARGEST]),
    st.sampled_from(["left", "right"]),
)
def test_every_place_is_the_one_numpy_finds(
    held: int, asked: int, largest: int, side: Literal["left", "right"]
) -> None:
    draw = np.random.default_rng(held * 10_000 + asked)
    table, wanted = (np.sort(draw.integers(0, largest, size, np.uint64, endpoint=True)) for size in (held, asked))
    assert np.array_equal(search_sorted(table, wanted, side), np.searchsorted(table, wanted, side))


@given(st.lists(st.integers(0, 40) | st.integers(0, LARGEST)), st.sampled_from([np.uint64, np.int32, np.uint16]))
def test_each_number_once_in_order(values: list[int], dtype: type[np.integer]) -> None:
    given_values = np.array(values, np.uint64).astype(dtype)
    found = distinct(given_values)
    assert found.dtype == given_values.dtype
    assert found.tolist() == sorted(set(given_values.tolist()))
