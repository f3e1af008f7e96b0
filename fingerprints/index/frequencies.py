"""How often one value is another person's as well, read off the index: the base rates of coincidence.

A value that one customer carries is not therefore one in so many: where few names and few towns go round, the next
person met has a good chance of carrying it too. Good (1953) gives that chance from how many values occur once and how
many twice: 2 · n₂ / n₁ more bearers are to be expected among as many people again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fingerprints.secrets.digests import code_of, codes

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAMPLE_ROWS: Final = 400_000
"""Rows of the sorted table that are looked at; digests are random, so neighbours there are a fair sample of values."""
PRIOR_ONCE: Final = 50.0
"""Values seen once that stand for what is known before any are counted."""


def bearers_expected(digests: NDArray[np.uint64]) -> dict[str, float]:
    """By kind, how many more bearers a value with one known bearer has among as many people again."""
    start = max(0, (digests.size - SAMPLE_ROWS) // 2)
    sample = np.asarray(digests[start : start + SAMPLE_ROWS])
    values, counts = np.unique(sample, return_counts=True)
    values, counts = (values[1:-1], counts[1:-1]) if digests.size > SAMPLE_ROWS else (values, counts)
    of = code_of(values)
    expected = {}
    for kind, code in codes().items():
        mine = counts[of == code]
        once, twice = int((mine == 1).sum()), int((mine == 2).sum())  # noqa: PLR2004  # exactly two
        expected[kind] = min(1.0, 2 * twice / (once + PRIOR_ONCE))
    return expected
