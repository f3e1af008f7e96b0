"""Which findings are one leak: a relation between two of them, and nothing that depends on the order they came in.

An incident is a connected set of findings under this relation. So whatever order documents arrive in, the sets come
out the same; a document that ties two incidents together merges them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyroaring import BitMap

MOSTLY_THE_SAME = 0.5
"""More than this share of the bigger of two sets of customers is common to both."""
MOSTLY_CONTAINED = 0.8
"""At least this share of the smaller set lies in the bigger: a seller's sample and the whole."""
SAMPLE_SIZE = 5
"""A smaller common part says nothing about samples: big lists hold any few people by chance."""
SAME_SKETCH = 0.8
"""Share of equal places in two content sketches from which texts count as the same with small changes."""


@dataclass(frozen=True, slots=True)
class LeakContent:
    """What joining looks at: the content's hash, its sketch, and the customers of ours in it."""

    sha256: str
    sketch: Sequence[int]
    members: BitMap


def is_same_leak(one: LeakContent, other: LeakContent) -> bool:
    """Whether two findings show one leak; symmetric."""
    if one.sha256 == other.sha256:
        return True
    common = one.members.intersection_cardinality(other.members)
    if not common:
        return False
    small, big = sorted((len(one.members), len(other.members)))
    return (
        common > MOSTLY_THE_SAME * big
        or (common >= SAMPLE_SIZE and common >= MOSTLY_CONTAINED * small)
        or likeness(one.sketch, other.sketch) >= SAME_SKETCH
    )


def likeness(one: Sequence[int], other: Sequence[int]) -> float:
    """The share of places at which two sketches agree: an estimate of the share of common content (MinHash)."""
    if not one or len(one) != len(other):
        return 0.0
    return sum(a == b for a, b in zip(one, other, strict=True)) / len(one)
