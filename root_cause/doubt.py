"""What an answer loses in sureness where it stands on estimates: the probability is averaged over what they may be.

An estimate that is off moves all scores that stand on it; the rank is that of the best estimate, and the probability
is the mean over the nodes of a Gauss–Hermite rule, so that an unsure estimate makes an unsure answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_POINTS, _WEIGHTS = np.polynomial.hermite_e.hermegauss(7)
NODES: Final[tuple[float, ...]] = tuple(_POINTS.tolist())
"""By how many standard errors an estimate is off."""
NODE_WEIGHTS: Final[tuple[float, ...]] = tuple((_WEIGHTS / _WEIGHTS.sum()).tolist())


def average_posteriors(scores: Sequence[float], shifts: Sequence[Sequence[float]], none: float) -> NDArray[np.float64]:
    """The probability of each candidate beside "none of these", averaged over what the estimates may be.

    Args:
        scores: Log-likelihood ratios of candidates.
        shifts: What is added to each at every node; nothing where it stands on no estimate.
        none: The score of "none of these".
    """
    moved = np.array(
        [np.add(score, own or 0.0) * np.ones(len(NODES)) for score, own in zip(scores, shifts, strict=True)]
    )
    moved = np.vstack([moved.reshape(-1, len(NODES)), np.full(len(NODES), none)])
    shares = np.exp(moved - moved.max(axis=0))
    mean: NDArray[np.float64] = (shares / shares.sum(axis=0)) @ np.array(NODE_WEIGHTS)
    return mean[:-1]
