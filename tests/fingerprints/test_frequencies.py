"""Base rates read off the index."""

from __future__ import annotations

import numpy as np

from fingerprints.index.frequencies import bearers_expected
from fingerprints.secrets.digests import codes


def table(kind: str, counts: list[int]) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """A sorted table in which each of some values is borne so often."""
    values = (np.arange(1, len(counts) + 1, dtype=np.uint64) << np.uint64(6)) | np.uint64(codes()[kind])
    return np.repeat(values, counts)


def test_values_that_all_differ_promise_no_second_bearer() -> None:
    assert bearers_expected(table("phone", [1] * 5000))["phone"] == 0


def test_where_few_names_go_round_the_next_bearer_is_near() -> None:
    crowded = bearers_expected(table("name", [1] * 1000 + [2] * 400 + [3] * 100))["name"]
    roomy = bearers_expected(table("name", [1] * 1000 + [2] * 10))["name"]
    assert crowded > 0.6
    assert roomy < 0.05


def test_an_empty_table_says_nothing() -> None:
    assert set(bearers_expected(np.zeros(0, np.uint64)).values()) == {0.0}
