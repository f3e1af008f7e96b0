"""Secrets of second factors, sealed (AES-SIV, RFC 5297) under what signs the forms: the database alone has none."""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_KEY_BYTES: Final = 64


class Sealing:
    """Seals and opens under one secret; each seal is bound to its account."""

    def __init__(self, secret: str) -> None:
        key = HKDF(SHA256(), _KEY_BYTES, None, b"hinomi second factors").derive(secret.encode())
        self._siv = AESSIV(key)

    def seal(self, account_id: int, text: str) -> bytes:
        """Sealed."""
        return self._siv.encrypt(text.encode(), [str(account_id).encode()])

    def open(self, account_id: int, sealed: bytes) -> str | None:
        """Opened; None when it was sealed under another secret, or for another account."""
        try:
            return self._siv.decrypt(sealed, [str(account_id).encode()]).decode()
        except InvalidTag:
            return None
