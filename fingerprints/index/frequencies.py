"""How often one value is another person's as well, read off the index: the base rates of coincidence.

A value that one customer carries is not therefore one in so many: where few names and few towns go round, the next
person met has a good chance of carrying it too. Good (1953) gives that chance from how many values occur once and how
many twice: 2 · n₂ / n₁ more bearers are to be expected among as many people again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fingerprints.secrets.digests import code_of, codes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SAMPLE: Final = 400_000
"""Digests that are looked at; they are random, so neighbours in the sorted table are a fair sample of values."""
PRIOR_ONCE: Final = 50.0
"""Values seen once that stand for what is known before any are counted."""


def bearers_expected(digests: NDArray[np.uint64], counts: NDArray[np.integer]) -> dict[str, float]:
    """By kind, how many more bearers a value with one known bearer has among as many people again.

    Args:
        digests: Different ones, a fair sample of the index's.
        counts: How many carry each.
    """
    of = code_of(digests)
    expected = {}
    for kind, code in codes().items():
        mine = counts[of == code]
        once, twice = int((mine == 1).sum()), int((mine == 2).sum())  # noqa: PLR2004  # exactly two
        expected[kind] = min(1.0, 2 * twice / (once + PRIOR_ONCE))
    return expected
