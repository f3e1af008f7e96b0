"""A stolen index as somebody sees it who knows the format: as it stands on disk, or with the veil lifted.

The second is the control: it shows that the attack works where there is something to see.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from fingerprints.secrets.veil import NONCE_BYTES, Veil

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from fingerprints.secrets.keys import Key

SKETCHED: Final = ("name", "kana", "address")
LONGEST: Final = 64
"""Tokens of a field; what reads as longer is no length."""
BLOCK: Final = 128
OPEN_FILES: Final = frozenset({"digests.u64", "rows.u64", "bloom.bin"})
Signature = tuple[int, bytes]
"""How long a field is, and which of its characters are equal: for each, where the same one stood first."""


@dataclass(frozen=True, slots=True)
class StolenSegment:
    """What can be read of a segment.

    Attributes:
        signatures: By kind, that of each subject; None where nothing readable stands.
        digests: All digests, in order.
        counts: How many carry each.
        holders: Who carries them, one digest after the other.
    """

    signatures: dict[str, list[Signature | None]]
    digests: NDArray[np.uint64]
    counts: NDArray[np.int64]
    holders: NDArray[np.uint32]

    @property
    def subjects(self) -> int:
        """How many there are."""
        return len(self.signatures[SKETCHED[0]])


def as_it_stands(segment: Path) -> dict[str, bytes]:
    """The files of a segment as a thief has them; the nonce in front is known to be one."""
    return {path.name: path.read_bytes()[0 if path.name in OPEN_FILES else NONCE_BYTES :] for path in segment.iterdir()}


def with_the_veil_lifted(segment: Path, key: Key) -> dict[str, bytes]:
    """The same as somebody with the key has them."""
    veil = Veil.open(segment.parent, key)
    return {path.name: path.read_bytes() if path.name in OPEN_FILES else veil.read(path) for path in segment.iterdir()}


def read_segment(files: dict[str, bytes]) -> StolenSegment:
    """Read the files by what is known of the format."""
    digests = np.frombuffer(files["digests.u64"], "<u8")
    counts = np.frombuffer(files["counts.u8"], np.uint8)[: digests.size].astype(np.int64)
    many = np.frombuffer(files["many.u32"], "<u4").reshape(-1, 2)
    there = many[many[:, 0] < digests.size]
    counts[there[:, 0]] = there[:, 1]
    return StolenSegment(
        {kind: _signatures(files, kind) for kind in SKETCHED},
        digests,
        counts,
        np.frombuffer(files["holders.u32"], "<u4"),
    )


def signature_of(tokens: list[int] | str) -> Signature:
    """That of a sequence: characters or tokens make no difference."""
    first: dict[object, int] = {}
    return len(tokens), bytes(first.setdefault(token, place) for place, token in enumerate(tokens))


def _signatures(files: dict[str, bytes], kind: str) -> list[Signature | None]:
    data = np.frombuffer(files[f"sketch-{kind}.data"], "<u2").tolist()
    ends = np.frombuffer(files[f"sketch-{kind}.ends"], "<u2").astype(np.int64)
    bases = np.frombuffer(files[f"sketch-{kind}.bases"], "<u8")
    numbers = np.arange(ends.size)
    within = numbers % BLOCK == 0
    before = np.where(within, 0, ends[np.maximum(numbers - 1, 0)])
    starts = bases[numbers // BLOCK].astype(np.float64) + before
    lengths = ends - before
    readable = (lengths >= 0) & (lengths <= LONGEST) & (starts + lengths <= len(data))
    return [
        signature_of(data[int(start) : int(start) + int(length)]) if fits else None
        for start, length, fits in zip(starts.tolist(), lengths.tolist(), readable.tolist(), strict=True)
    ]
