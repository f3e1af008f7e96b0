"""The veil over the index's files: what somebody without the key could count is enciphered, and read piece by piece.

A veiled file is 16 random bytes, its nonce, and then its content under AES-256 in counter mode (NIST SP 800-38A): the
key is BLAKE2b (RFC 7693) of the nonce under the veil's secret, the counter the number of the block of 16 bytes. So a
mapped file is opened up exactly where it is looked at. No nonce is used twice, since files of the index are written
once and never changed; that they were not changed, the manifest's code tells.

The secret is random, one for each index, and kept beside its files, sealed under the master key (AES-SIV, RFC 5297):
an index whose key is being changed keeps it under both keys until it takes the old one's place.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR, ECB

from fingerprints.errors import DamagedIndexError

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from numpy.typing import NDArray

    from fingerprints.secrets.keys import Key

SECRET_BYTES: Final = 32
NONCE_BYTES: Final = 16
BLOCK_BYTES: Final = 16
VEIL_FILE: Final = "veil.sealed"
FORMER_FILE: Final = "veil-former.sealed"
"""The same secret under the key that is being given up."""
_BOUND: Final = [b"hinomi index veil 1"]
_SIV_BYTES: Final = 64
_CODE_BYTES: Final = 32


class Veil:
    """Hides and shows files under one secret."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @classmethod
    def open(cls, folder: Path, key: Key) -> Self:
        """The veil of a generation.

        Raises:
            DamagedIndexError: Its secret is missing, or does not open under the key.
        """
        names = [name for name in (VEIL_FILE, FORMER_FILE) if (folder / name).is_file()]
        siv = _siv(key)
        for name in names:
            try:
                return cls(siv.decrypt((folder / name).read_bytes(), _BOUND))
            except (InvalidTag, ValueError):
                continue
        raise DamagedIndexError(str(folder / VEIL_FILE), "it does not open under the key" if names else "it is missing")

    def seal(self, folder: Path, key: Key, name: str = VEIL_FILE) -> None:
        """Write the secret, sealed under a key, into a generation's folder."""
        with (folder / name).open("xb") as file:
            file.write(_siv(key).encrypt(self._secret, _BOUND))

    def code(self, content: bytes) -> str:
        """The authentication code of some bytes, in hexadecimal: nobody without the key can make one."""
        secret = hashlib.blake2b(b"code", key=self._secret, digest_size=_CODE_BYTES).digest()
        return hashlib.blake2b(content, key=secret, digest_size=_CODE_BYTES).hexdigest()

    def writer(self, path: Path) -> VeiledWriter:
        """A new file that is veiled as it is written."""
        return VeiledWriter(path, self)

    def write(self, path: Path, content: bytes | NDArray[Any]) -> None:
        """Write a whole file."""
        with self.writer(path) as file:
            file.write(content)

    def read(self, path: Path) -> bytes:
        """A whole file's content."""
        veiled = memoryview(path.read_bytes())  # a part of it is no copy
        nonce, rest = bytes(veiled[:NONCE_BYTES]), veiled[NONCE_BYTES:]
        return Cipher(AES(self.key_of(nonce)), CTR(bytes(BLOCK_BYTES))).decryptor().update(rest)

    def key_of(self, nonce: bytes) -> bytes:
        """The key of the file with this nonce."""
        return hashlib.blake2b(nonce, key=self._secret, digest_size=SECRET_BYTES).digest()


def new_secret() -> bytes:
    """A new secret; one that is never sealed serves files that only this run reads."""
    return os.urandom(SECRET_BYTES)


def keep_veil(before: Path, folder: Path) -> None:
    """Give a new generation the sealed secret of the one before it."""
    for name in (VEIL_FILE, FORMER_FILE):
        if (before / name).is_file():
            os.link(before / name, folder / name)


def _siv(key: Key) -> AESSIV:
    return AESSIV(key.derive("veil", _SIV_BYTES))


class VeiledWriter:
    """A file, veiled as it is written from its beginning on."""

    def __init__(self, path: Path, veil: Veil) -> None:
        nonce = os.urandom(NONCE_BYTES)
        self._file = path.open("xb")  # never through a link into an older generation
        self._file.write(nonce)
        self._cipher = Cipher(AES(veil.key_of(nonce)), CTR(bytes(BLOCK_BYTES))).encryptor()

    def write(self, content: bytes | NDArray[Any]) -> None:
        """Add some bytes, or an array's."""
        view = memoryview(content) if isinstance(content, bytes) else np.ascontiguousarray(content).data
        if view.nbytes:
            self._file.write(self._cipher.update(view.cast("B")))

    def close(self) -> None:
        """Hand everything to the operating system."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class KeyStream:
    """What a veiled file's values are combined with, at any places."""

    def __init__(self, key: bytes, dtype: np.dtype[Any]) -> None:
        self._key = key
        self._dtype = dtype
        self._shift = np.int64((BLOCK_BYTES // dtype.itemsize).bit_length() - 1)
        self._within = np.int64(BLOCK_BYTES // dtype.itemsize - 1)

    def at(self, places: NDArray[np.int64]) -> NDArray[Any]:
        """The stream at these places, counted in values; neighbours cost one block together."""
        if not places.size:
            return np.empty(0, self._dtype)
        block = places >> self._shift
        begins = np.empty(block.size, np.bool_)
        begins[0] = True
        np.not_equal(block[1:], block[:-1], out=begins[1:])
        stream = self.blocks(block[begins])
        return stream[((np.cumsum(begins) - 1) << self._shift) + (places & self._within)]

    def show(self, veiled: NDArray[Any], start: int, stop: int) -> NDArray[Any]:
        """The values from one place up to another, of which there is one at least."""
        first = start >> int(self._shift)
        before = first << int(self._shift)
        cipher = Cipher(AES(self._key), CTR(first.to_bytes(BLOCK_BYTES, "big"))).decryptor()
        shown = cipher.update(np.ascontiguousarray(veiled[before:stop]).data.cast("B"))
        return np.frombuffer(shown, self._dtype)[start - before :]

    def blocks(self, numbers: NDArray[np.int64]) -> NDArray[Any]:
        """Blocks of the stream by their numbers: counter mode is the cipher alone over the counters, big-endian."""
        if not numbers.size:
            return np.empty(0, self._dtype)
        counters = np.zeros((numbers.size, 2), "<u8")
        counters[:, 1] = numbers
        counters[:, 1].byteswap(inplace=True)
        stream = Cipher(AES(self._key), ECB()).encryptor().update(counters.data.cast("B"))  # noqa: S305  # of counters, each once
        return np.frombuffer(stream, self._dtype)
