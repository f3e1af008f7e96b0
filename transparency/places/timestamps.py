"""Time stamps over tree heads by an RFC 3161 authority: a third party's word that a head existed at a moment.

The authority sees the hash of a head, nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import httpx2
from cryptography.x509 import load_pem_x509_certificates
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from transparency.errors import TimestampError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from cryptography.x509 import Certificate

MAX_BYTES: Final = 1 << 20
_HEADERS: Final = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}


def load_roots(path: Path) -> list[Certificate]:
    """The root certificates of the authorities we believe.

    Raises:
        TimestampError: They cannot be read.
    """
    try:
        return load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        raise TimestampError(
            f"the authority's root certificates {path} cannot be read: {type(error).__name__}",
            hint="Set [log] authority_roots to a file with certificates in PEM.",
        ) from None


def ask_for_timestamp(note: str, url: str, *, timeout_s: float) -> bytes:
    """The authority's answer over a head's text, as it came.

    Raises:
        TimestampError: It did not answer, or refused.
    """
    request = TimestampRequestBuilder().data(note.encode()).hash_algorithm(HashAlgorithm.SHA256).build()
    try:
        answer = httpx2.post(url, content=request.as_bytes(), headers=_HEADERS, timeout=timeout_s)
        answer.raise_for_status()
        token = answer.content[:MAX_BYTES]
        decoded = decode_timestamp_response(token)
        if decoded.status != 0 or decoded.tst_info.nonce != request.nonce:
            raise TimestampError(f"the time-stamp authority {url} refused, or answered another request")
    except (httpx2.HTTPError, ValueError) as error:
        raise TimestampError(f"the time-stamp authority {url} failed: {type(error).__name__}") from None
    return token


def read_timestamp(token: bytes, note: str, roots: Sequence[Certificate]) -> datetime:
    """The moment an authority vouches for.

    Raises:
        TimestampError: The answer is over another text, or no root certificate of ours stands behind it.
    """
    builder = VerifierBuilder(roots=list(roots))
    try:
        answer = decode_timestamp_response(token)
        builder.build().verify_message(answer, note.encode())
    except (VerificationError, ValueError) as error:
        raise TimestampError(f"the time stamp does not hold: {error}") from None
    return answer.tst_info.gen_time
