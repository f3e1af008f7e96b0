"""The likelihood of a set, against its definition in plain arithmetic."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.set_likelihood import log_sums, set_score, set_term

N = 10_000


def plainly(covered: float, of: float, size: int) -> float:
    """L = mean over ε of ((1 − ε)/|R| + ε/N)^k (ε/N)^(m − k), against N^−m; ε from 0.01 to 0.7, each equally likely."""
    noises = [0.01 * 70 ** (step / 14) for step in range(15)]
    logs = [
        covered * math.log((1 - e) / size + e / N) + (of - covered) * math.log(e / N) + math.log(e / sum(noises))
        for e in noises
    ]
    top = max(logs)
    return top + math.log(sum(math.exp(one - top) for one in logs)) + of * math.log(N)


@given(st.integers(0, 50), st.integers(0, 50), st.integers(1, N))
def test_it_is_the_likelihood_of_its_definition(covered: int, more: int, size: int) -> None:
    of = covered + more
    expected = plainly(covered, of, size) if of else 0.0
    assert set_term(covered, of, size, N) == pytest.approx(expected, abs=1e-6)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, N)), min_size=1, max_size=5))
def test_many_candidates_at_once_are_as_each_by_itself(candidates: list[tuple[int, int]]) -> None:
    covered = np.array([[float(k)] for k, _ in candidates])
    share = np.array([size / N for _, size in candidates])
    together = set_score(covered, 30.0, share)
    assert together.tolist() == pytest.approx([set_term(k, 30.0, size, N) for k, size in candidates])


def test_sums_of_logs_stay_in_range() -> None:
    assert log_sums(np.array([[-1e4, -1e4], [0.0, 0.0]])).tolist() == pytest.approx([-1e4 + math.log(2), math.log(2)])
