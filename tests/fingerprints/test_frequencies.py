"""Base rates read off the index."""

from __future__ import annotations

import numpy as np

from fingerprints.index.frequencies import bearers_expected
from fingerprints.secrets.digests import codes


def expected(kind: str, counts: list[int]) -> float:
    """What is said of a kind, where each of some values is borne so often."""
    values = (np.arange(1, len(counts) + 1, dtype=np.uint64) << np.uint64(6)) | np.uint64(codes()[kind])
    return bearers_expected(values, np.array(counts, np.int64))[kind]


def test_values_that_all_differ_promise_no_second_bearer() -> None:
    assert expected("phone", [1] * 5000) == 0


def test_where_few_names_go_round_the_next_bearer_is_near() -> None:
    crowded = expected("name", [1] * 1000 + [2] * 400 + [3] * 100)
    roomy = expected("name", [1] * 1000 + [2] * 10)
    assert crowded > 0.6
    assert roomy < 0.05


def test_an_empty_table_says_nothing() -> None:
    assert set(bearers_expected(np.zeros(0, np.uint64), np.zeros(0, np.int64)).values()) == {0.0}
