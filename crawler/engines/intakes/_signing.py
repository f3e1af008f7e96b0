"""Signed requests as S3 wants them: AWS Signature Version 4, with the headers it asks for; pure.

The steps are those of Amazon's "Authenticating Requests: Using Query Parameters / Authorization Header" for S3, whose
published example is a test.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

NOTHING: Final = hashlib.sha256(b"").hexdigest()
"""The hash of a body that is empty: all our requests read."""
_SERVICE, _END = "s3", "aws4_request"
_ALGORITHM: Final = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True)
class Keys:
    """Whose signature it is, and for which region."""

    access: str
    secret: str
    region: str

    def __repr__(self) -> str:
        return f"Keys(region={self.region})"


def quoted(path: str) -> str:
    """A path as it is signed and sent: everything but letters, digits, ``-._~`` and ``/`` in percent signs."""
    return quote(path, safe="/~")


def query_of(parameters: Mapping[str, str]) -> str:
    """A query as it is signed and sent: by name, everything but letters, digits and ``-._~`` in percent signs."""
    pairs = sorted((quote(name, safe="~"), quote(value, safe="~")) for name, value in parameters.items())
    return "&".join(f"{name}={value}" for name, value in pairs)


def signed(host: str, path: str, query: str, headers: Mapping[str, str], keys: Keys, at: datetime) -> dict[str, str]:
    """The headers of a GET, with its signature.

    Args:
        host: As in the header Host, with a port that is not the usual one.
        path: As `quoted` gives it.
        query: As `query_of` gives it.
        headers: Further ones, like Range.
        keys: Whose signature.
        at: The present moment, in UTC; servers refuse one that is a quarter of an hour off.
    """
    moment, day = at.strftime("%Y%m%dT%H%M%SZ"), at.strftime("%Y%m%d")
    sent = {**headers, "Host": host, "x-amz-content-sha256": NOTHING, "x-amz-date": moment}
    low = {name.lower(): " ".join(value.split()) for name, value in sent.items()}
    names = ";".join(sorted(low))
    lines = ["GET", path, query, *(f"{name}:{low[name]}" for name in sorted(low)), "", names, NOTHING]
    scope = f"{day}/{keys.region}/{_SERVICE}/{_END}"
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    text = f"{_ALGORITHM}\n{moment}\n{scope}\n{digest}"
    key = f"AWS4{keys.secret}".encode()
    for part in (day, keys.region, _SERVICE, _END):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    credential = f"{keys.access}/{scope}"
    sent["Authorization"] = f"{_ALGORITHM} Credential={credential},SignedHeaders={names},Signature={signature}"
    return sent
