"""Sealed customer numbers: AES-SIV (RFC 5297) under a sub-key, each bound to its subject."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from fingerprints.errors import DamagedIndexError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from fingerprints.secrets.keys import Key

_KEY_BYTES: Final = 64  # AES-256 twice: one for the synthetic IV, one for the counter mode


class Sealer:
    """Seals and opens customer numbers under one key."""

    def __init__(self, key: Key) -> None:
        self._siv = AESSIV(key.derive("seal", _KEY_BYTES))

    def seal_many(
        self, subject_keys: NDArray[np.uint64], numbers: Sequence[str | None]
    ) -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
        """The sealed numbers: how long each is (0 where there is none), and all bytes in one row."""
        seal = self._siv.encrypt
        bound = memoryview(subject_keys.astype("<u8").tobytes())
        parts = [
            seal(number.encode(), [bound[8 * row : 8 * row + 8]]) if number else b""
            for row, number in enumerate(numbers)
        ]
        lengths = np.fromiter(map(len, parts), np.uint32, len(parts))
        return lengths, np.frombuffer(b"".join(parts), np.uint8)

    def open_many(
        self, subject_keys: NDArray[np.uint64], lengths: NDArray[np.integer], sealed: NDArray[np.unsignedinteger]
    ) -> list[str]:
        """The numbers; the subject's key in hexadecimal where nothing was sealed.

        Raises:
            DamagedIndexError: A seal does not fit its subject.
        """
        whole = sealed.astype(np.uint8).tobytes()
        ends = np.cumsum(lengths, dtype=np.int64).tolist()
        numbers = []
        for key, end, length in zip(subject_keys.tolist(), ends, lengths.tolist(), strict=True):
            if not length:
                numbers.append(f"{key:016x}")
                continue
            try:
                opened = self._siv.decrypt(whole[end - length : end], [key.to_bytes(8, "little")])
            except InvalidTag:
                raise DamagedIndexError("sealed.data", f"the seal of subject {key:016x} does not open") from None
            numbers.append(opened.decode())
        return numbers
