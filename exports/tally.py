"""What an export holds and what it lacks, counted while it is written, so that nothing is left out in silence."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class ExportTally:
    """Counts of an export.

    Attributes:
        taken: How many of what are in it: incidents, events, documents, customers, records, proofs.
        left_out: How many of what are not, by why (a key of ``left_out`` in the texts).
    """

    taken: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)

    @property
    def count(self) -> int:
        """How many things are in it."""
        return sum(number for what, number in self.taken.items() if what != "proofs")
