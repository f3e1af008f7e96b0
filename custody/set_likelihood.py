"""The likelihood that a leak came from a set: one for extracts, and for what holders touched (`root_cause.terms`).

Under the set each leaked subject is a member with probability 1 − ε and anybody with ε, under "nobody" always anybody.
It is averaged over ε, since a leak's noise is not known; what comes out is the log of the ratio of the two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

NOISE: Final = np.geomspace(0.01, 0.7, 15)
"""Shares of the leak that may have come from elsewhere."""
WEIGHTS: Final = np.log(NOISE / NOISE.sum())
"""Every share of noise is equally likely beforehand: steps grow with ``NOISE``, and so does what each stands for."""
LEAST_SHARE: Final = 1e-12


def set_score(covered: NDArray[np.float64], of: float, share: NDArray[np.float64]) -> NDArray[np.float64]:
    """The set term of many candidates at once, averaged over the noise.

    Args:
        covered: Leaked mass covered, a row a candidate, a column a class of popularity.
        of: The leak's whole mass.
        share: Each candidate's share of all customers.
    """
    share = np.clip(share, LEAST_SHARE, 1.0)[:, None, None]
    chance = np.minimum(share * 2.0 ** np.arange(covered.shape[1])[:, None], 1.0)
    by_class = covered[:, :, None] * np.log((1 - NOISE) / chance + NOISE)
    by_noise = by_class.sum(axis=1) + (of - covered.sum(axis=1))[:, None] * np.log(NOISE)
    return log_sums(by_noise + WEIGHTS)


def set_term(covered: float, of: float, size: int, population: int) -> float:
    """The same for one set of ``size``, of which ``covered`` of ``of`` matched subjects are members; 0 without any."""
    if size == 0 or of == 0:
        return 0.0
    return float(set_score(np.array([[covered]]), of, np.array([size / population]))[0])


def log_sums(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The log of the sum of exponentials along the last axis."""
    top = values.max(axis=-1)
    total: NDArray[np.float64] = top + np.log(np.exp(values - top[..., None]).sum(axis=-1))
    return total


def log_sum(values: NDArray[np.float64]) -> float:
    """The log of the sum of exponentials."""
    return float(log_sums(values))
