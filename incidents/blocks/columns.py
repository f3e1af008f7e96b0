"""The columns of a block, as bytes: ids, moments, and words by number with the list of the words before them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

IDS, HAPPENED, LEARNED, INCIDENTS, KIND, ACTOR, SOURCE = -1, -2, -3, -4, -5, -6, -7
"""Buckets below zero."""
WORDS: Final = {"kind": KIND, "actor": ACTOR, "source": SOURCE}
NO_INCIDENT: Final = -1
_NARROW: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class WordColumn:
    """A column of words: for each event the number of its word in ``words``."""

    words: tuple[str, ...]
    codes: np.ndarray

    @classmethod
    def of(cls, values: Sequence[str]) -> WordColumn:
        """The column of some values."""
        words = tuple(sorted(set(values)))
        number = {word: at for at, word in enumerate(words)}
        return cls(words, np.array([number[value] for value in values], np.int64))

    def to_bytes(self) -> bytes:
        """As it is kept."""
        head = json.dumps(self.words, ensure_ascii=False).encode()
        head += b" " * (-len(head) % 4)
        codes = self.codes.astype(np.uint16 if len(self.words) <= _NARROW else np.uint32)
        return np.uint32(len(head)).tobytes() + head + codes.tobytes()

    @classmethod
    def from_bytes(cls, body: bytes) -> WordColumn:
        """As it was kept."""
        length = int(np.frombuffer(body, np.uint32, 1)[0])
        words = tuple(json.loads(body[4 : 4 + length]))
        return cls(words, np.frombuffer(body, np.uint16 if len(words) <= _NARROW else np.uint32, offset=4 + length))


def read_numbers(body: bytes, bucket: int) -> np.ndarray:
    """The column of numbers of a bucket."""
    return np.frombuffer(body, np.int32 if bucket == INCIDENTS else np.int64)


def write_numbers(values: np.ndarray, bucket: int) -> bytes:
    """A column of numbers as it is kept."""
    return values.astype(np.int32 if bucket == INCIDENTS else np.int64).tobytes()
