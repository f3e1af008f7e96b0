"""One HTTP request that carries a message, and what its answer says about whether the message arrived.

Nothing is tried twice here, and no redirection is followed: the outbox decides when a message is sent again, and what
is meant for one address goes to no other. Of an answer only its status and its patience are read, never its text.
"""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

import httpx2

from alerts.errors import NotSentError, UncertainError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

TIMEOUT_S: Final = 15.0
LONGEST_PATIENCE_S: Final = 86_400.0
"""What asks for more than a day is asked again after a day."""
RATE_LIMIT: Final = 429
UNAVAILABLE: Final = 503
SERVER_ERROR: Final = 500
NEVER_LEFT: Final = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.UnsupportedProtocol, httpx2.ProxyError)


def post(name: str, url: str, body: bytes, headers: Mapping[str, str], *, now: datetime) -> None:
    """Hand a message over; ``name`` is what the receiver is called in errors, which never tell the address.

    Raises:
        NotSentError: It certainly did not arrive.
        UncertainError: It may have.
    """
    try:
        with httpx2.stream("POST", url, content=body, headers=dict(headers), timeout=TIMEOUT_S) as answer:
            status, patience = answer.status_code, answer.headers.get("Retry-After", "")
    except (*NEVER_LEFT, httpx2.InvalidURL) as error:
        raise NotSentError(f"{name} cannot be reached: {type(error).__name__}") from None
    except httpx2.HTTPError as error:
        raise UncertainError(f"the connection to {name} broke: {type(error).__name__}") from None
    if httpx2.codes.is_success(status):
        return
    if status == RATE_LIMIT or (status == UNAVAILABLE and patience):
        raise NotSentError(f"{name} asks for patience", retry_after_s=patience_s(patience, now))
    if status >= SERVER_ERROR:
        raise UncertainError(f"{name} failed with {status}")
    raise NotSentError(f"{name} refused the message with {status}")


def patience_s(header: str, now: datetime) -> float:
    """Seconds that a ``Retry-After`` asks for (RFC 9110, 10.2.3: seconds or a date), at most a day; else 1."""
    if header.isascii() and header.isdecimal():
        return min(float(header), LONGEST_PATIENCE_S)
    try:
        wanted = (parsedate_to_datetime(header) - now).total_seconds()
    except (TypeError, ValueError):  # no date, or one without a zone
        return 1.0
    return min(max(wanted, 1.0), LONGEST_PATIENCE_S)
