"""What a ranking is worth to somebody who knows who did it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from root_cause.ranking import Ranking


@dataclass(frozen=True)
class Outcome:
    """One leak ranked."""

    scenario: str
    rows: int
    noise: float
    right: bool
    top_three: bool
    none: bool
    batch: bool
    sure: float
    """The probability that the answer which came first has, within its kind."""


def sureness(ranking: Ranking) -> float:
    """How probable the answer is that came first: the first holder with those tied with it, or none of these."""
    if ranking.none_first:
        return min(ranking.none_posterior.values(), default=1.0)
    best = ranking.holders[0]
    alike = {best.name, *best.tied_with}
    return min(sum(one.posterior or 0.0 for one in ranking.holders if one.kind == best.kind and one.name in alike), 1.0)
