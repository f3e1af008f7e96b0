"""Sketches: a field as a sequence of keyed tokens of its characters, to be compared without seeing the text.

A token is 16 bits of SipHash-2-4 over the character and the subject's own salt, so that equal values of two customers
look unrelated. A *check* is one such token of a whole value, for kinds that are equal or not. Tokens are never 0: 0
stands for "no value" in checks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from rapidfuzz import fuzz, process

from fingerprints.index.ragged import flat_positions
from fingerprints.secrets.siphash import siphash

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from fingerprints.secrets.keys import Key

SKETCH_VERSION: Final = 1
MAX_FIELD: Final = 64
"""Characters of a field that are kept; what follows in an address is the building's annexe."""

WHOLE_WITHIN: Final = 1.5
"""Times the field's length up to which a passage is compared as a whole."""
_LOW_BITS: Final = np.uint16(63)
_LEFT, _RIGHT = "\U00010000", "\U00010001"  # beyond the 16 bits of a token


class Sketcher:
    """Makes tokens and checks under one key."""

    def __init__(self, key: Key) -> None:
        self._key = key
        self._salt_key = key.derive("salt", 16)
        self._keys: dict[str, bytes] = {}

    def salts(self, subject_keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """Each subject's own salt, from its stable key."""
        return siphash(self._salt_key, subject_keys)

    def tokens(
        self, kind: str, salts: NDArray[np.uint64], texts: Sequence[str]
    ) -> tuple[NDArray[np.uint32], NDArray[np.uint16]]:
        """The tokens of each text under the salt beside it: how many each has, and all of them in one row."""
        lengths = np.fromiter(map(len, texts), np.uint32, len(texts))
        letters = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), "<u4").astype(np.uint64)
        return lengths, _token(siphash(self._key_of(kind), np.repeat(salts, lengths) ^ letters))

    def checks(self, kind: str, salts: NDArray[np.uint64], digests: NDArray[np.uint64]) -> NDArray[np.uint16]:
        """One token of each whole value, given by its digest; 0 where the digest is 0."""
        tokens = _token(siphash(self._key_of(kind), salts ^ digests))
        tokens[digests == 0] = 0
        return tokens

    def _key_of(self, kind: str) -> bytes:
        if kind not in self._keys:
            self._keys[kind] = self._key.derive(f"sketch/{kind}", 16)
        return self._keys[kind]


def agreements(fields: Sequence[str], passages: Sequence[str]) -> NDArray[np.float32]:
    """Similarity of each field to the best-fitting stretch of the passage beside it, 0 to 1.

    Both are token sequences under the same subject's salt, as `as_text` packs them, so the comparison never sees text.
    Alignment is rapidfuzz's ``partial_ratio`` between margins of tokens that occur nowhere: without them a stretch at
    the passage's edge may be shorter than the field, and a family name alone would pass for four fifths of a name. A
    passage of about the field's length is compared as a whole as well, for the letter that is missing or doubled. One
    that is shorter is scored against the field's beginning, because sellers cut addresses off at the town, times the
    root of the share that is there, because little proves little.
    """
    pairs = list(zip(fields, passages, strict=True))
    scores = np.zeros(len(pairs), np.float32)
    cut = [row for row, (field, passage) in enumerate(pairs) if len(passage) < len(field)]
    if cut:
        share = np.array([len(pairs[row][1]) / len(pairs[row][0]) for row in cut], np.float32)
        begun = _scores([(pairs[row][0][: len(pairs[row][1])], pairs[row][1]) for row in cut], fuzz.ratio)
        scores[cut] = begun * np.sqrt(share)
    within = [row for row, (field, passage) in enumerate(pairs) if len(passage) >= len(field)]
    if within:
        padded = [(field, _LEFT * len(field) + passage + _RIGHT * len(field)) for field, passage in pairs]
        scores[within] = _scores([padded[row] for row in within], fuzz.partial_ratio)
    whole = [row for row, (field, passage) in enumerate(pairs) if 0 < len(passage) <= WHOLE_WITHIN * len(field)]
    if whole:
        scores[whole] = np.maximum(scores[whole], _scores([pairs[row] for row in whole], fuzz.ratio))
    return scores


def equal_rows(
    lengths: NDArray[np.integer], tokens: NDArray[np.uint16], other: NDArray[np.integer], others: NDArray[np.uint16]
) -> NDArray[np.bool_]:
    """Which rows of two fields of unequal length are the same, and not empty: most are, and need no alignment."""
    same: NDArray[np.bool_] = (lengths == other) & (lengths > 0)
    if not same.any():
        return same
    size = lengths[same].astype(np.int64)
    mine, theirs = (
        values[flat_positions((np.cumsum(long) - long)[same].astype(np.int64), size)]
        for long, values in ((lengths.astype(np.int64), tokens), (other.astype(np.int64), others))
    )
    differing = np.add.reduceat(mine != theirs, np.cumsum(size) - size, dtype=np.int64)
    same[same] = differing == 0
    return same


def most_alike(
    lengths: NDArray[np.integer], tokens: NDArray[np.uint16], other: NDArray[np.integer], others: NDArray[np.uint16]
) -> NDArray[np.float64]:
    """What `agreements` cannot exceed, told from which tokens occur at all: a hundredth of the cost of aligning them.

    Args:
        lengths: Of each field.
        tokens: Of all fields, in one row.
        other: Of each passage.
        others: Of all passages.
    """
    there = _bits_by_row(other, others)
    row = np.repeat(np.arange(lengths.size), lengths)
    known = (there[row] >> (tokens & _LOW_BITS).astype(np.uint64)) & np.uint64(1)
    shared = np.bincount(row, known, lengths.size)
    field, passage = lengths.astype(np.float64), other.astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        whole = 2 * shared / (field + shared)
        begun = np.minimum(shared, passage) / np.sqrt(passage * field)
    return np.nan_to_num(np.where(passage < field, np.maximum(begun, whole), whole))


def _bits_by_row(lengths: NDArray[np.integer], tokens: NDArray[np.uint16]) -> NDArray[np.uint64]:
    """A bit for each token that occurs in a row, by its last six bits."""
    out = np.zeros(lengths.size, np.uint64)
    filled = np.flatnonzero(lengths)
    if filled.size:
        starts = (np.cumsum(lengths, dtype=np.int64) - lengths)[filled]
        out[filled] = np.bitwise_or.reduceat(np.uint64(1) << (tokens & _LOW_BITS).astype(np.uint64), starts)
    return out


def _scores(pairs: Sequence[tuple[str, str]], scorer: Callable[..., float]) -> NDArray[np.float32]:
    left, right = ([pair[side] for pair in pairs] for side in (0, 1))
    scores: NDArray[np.float32] = process.cpdist(left, right, scorer=scorer, dtype=np.float32)
    return scores / np.float32(100)


def as_text(lengths: NDArray[np.integer], tokens: NDArray[np.uint16]) -> list[str]:
    """Token sequences as strings, one character a token: rapidfuzz is fastest on those."""
    whole = tokens.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
    ends = np.cumsum(lengths, dtype=np.int64).tolist()
    return [whole[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True)] if ends else []


def _token(hashed: NDArray[np.uint64]) -> NDArray[np.uint16]:
    tokens = (hashed & np.uint64(0xFFFF)).astype(np.uint16)
    tokens[tokens == 0] = 1
    return tokens
