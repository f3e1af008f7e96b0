"""What a verification found: damages with place and time, and what the log vouches for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from datetime import datetime

    from transparency.notes import Head

KEPT: Final = 1000
"""Damages that are listed; all are counted."""


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that is not as the log vouches for.

    Attributes:
        what: ``row-edited``, ``row-removed``, ``row-unlogged``, ``leaf-missing``, ``tail-cut``,
            ``history-rewritten``, ``head-removed``, ``head-forged``, ``file-altered``, ``file-missing``,
            ``content-altered``, ``stamp-broken``; ``state-differs``, ``figures-differ``, ``sighting-differs``,
            ``mark-differs``, ``lookup-differs``, ``register-differs``, ``document-differs``, ``body-differs``,
            ``trail-differs``, ``suspicion-differs``, ``alert-missing`` for what does not follow from entries;
            ``settings-differ``, ``index-differs``, ``index-damaged``, ``trigger-missing``, ``trigger-altered``,
            ``database-damaged`` for what stands beside them.
        where: The row, file or head that it was seen at.
        position: The first leaf that it may concern; damages are told in this order.
        when: When that leaf was made, or that head signed.
        said: The rest, in words.
    """

    what: str
    where: str
    position: int
    when: datetime | None = None
    said: str = ""

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "what": self.what, "where": self.where, "leaf": self.position,
            "when": self.when.isoformat() if self.when else None, "said": self.said,
        }  # fmt: skip


@dataclass(slots=True)
class Report:
    """The whole of a verification.

    Attributes:
        leaves: How many there are, by kind of entry.
        removed: Rows that retention removed, as the log itself says.
        files: WARC and trail files that were read through.
        size_bytes: How long those were.
        waiting: Rows that are no leaves yet.
        heads: How many different signed heads were compared, in ``places``.
        first: The earliest head: from its moment on the log vouches for what it covers.
        last: The latest head; leaves after it are not vouched for yet.
        uncovered: When the oldest leaf was made that should be under a head by now and is not.
        notes: What limits the answer.
    """

    leaves: Counter[str] = field(default_factory=Counter)
    removed: int = 0
    files: int = 0
    size_bytes: int = 0
    waiting: int = 0
    heads: int = 0
    places: tuple[str, ...] = ()
    first: Head | None = None
    last: Head | None = None
    uncovered: datetime | None = None
    damages: list[Damage] = field(default_factory=list)
    damaged: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return self.leaves.total()

    @property
    def is_whole(self) -> bool:
        """Whether nothing is damaged."""
        return not self.damaged

    @property
    def worst(self) -> Damage | None:
        """The damage nearest to the log's beginning."""
        return min(self.damages, key=lambda damage: damage.position, default=None)

    def add(self, damage: Damage) -> None:
        """Note a damage; of very many the first ones are kept."""
        self.damaged += 1
        if len(self.damages) < KEPT:
            self.damages.append(damage)

    def as_json(self) -> dict[str, Any]:
        """For ``--json``; the damages are in order."""
        ordered = sorted(self.damages, key=lambda damage: damage.position)
        return {
            "ok": self.is_whole, "leaves": self.size, "kinds": dict(self.leaves), "removed": self.removed,
            "waiting": self.waiting, "files": self.files, "bytes": self.size_bytes, "heads": self.heads,
            "places": list(self.places), "vouches_since": self.first.signed_at.isoformat() if self.first else None,
            "vouches_for": self.last.size if self.last else 0,
            "uncovered_since": self.uncovered.isoformat() if self.uncovered else None,
            "last_head_at": self.last.signed_at.isoformat() if self.last else None,
            "first_damage": ordered[0].as_json() if ordered else None, "damaged": self.damaged,
            "damages": [damage.as_json() for damage in ordered], "notes": self.notes,
        }  # fmt: skip
