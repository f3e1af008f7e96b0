"""What a browser or a system shows, and the digest of it that is kept: whoever reads the database can show nothing."""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

BYTES: Final = 32


def new_secret() -> str:
    """A secret that nobody can guess, fit for an address and a cookie."""
    return secrets.token_urlsafe(BYTES)


def digest_of(secret: str) -> str:
    """What is kept of it; plain SHA-256 is enough for what has 256 random bits."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
