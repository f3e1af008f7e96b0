"""Why a request got no answer, in words for the sweep's report, and whose fault that is."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Final

from OpenSSL import SSL
from scrapy import exceptions
from service_identity.exceptions import VerificationError

from crawler.access.secrets import SecretError
from crawler.engines.interface import Miss
from crawler.polite.middlewares import OtherHostError, OutOfTimeError, RobotsForbidError, RobotsUnreadError
from crawler.polite.resolver import PrivateAddressError
from crawler.rendering.middleware import NotRenderedError

if TYPE_CHECKING:
    from collections.abc import Iterator

PRIVATE: Final = "the host is on a private network, and neither its address nor private = true says so"
_TRANSPORT: Final[tuple[tuple[type[BaseException], str], ...]] = (
    (exceptions.DownloadTimeoutError, "no whole answer in time"),
    (exceptions.CannotResolveHostError, "the host name cannot be resolved"),
    (exceptions.DownloadConnectionRefusedError, "the connection was refused"),
    (exceptions.ResponseDataLossError, "the connection was lost in the middle"),
    (exceptions.DownloadFailedError, "the connection failed"),
)

_OURS: Final[tuple[tuple[type[BaseException], str, Miss], ...]] = (
    (RobotsForbidError, "", Miss.REFUSED),
    (RobotsUnreadError, "", Miss.BUSY),
    (OtherHostError, "the site sends us to another host", Miss.REFUSED),
    (SecretError, "", Miss.BUSY),
    (NotRenderedError, "", Miss.BUSY),
    (PrivateAddressError, PRIVATE, Miss.REFUSED),
)


def reason_of(error: BaseException) -> tuple[str, Miss]:
    """What is said of a request that failed, and whose fault it is."""
    if isinstance(error, RobotsUnreadError) and error.cause:
        # That robots.txt was what was asked for first says nothing: the host itself cannot be had.
        return reason_of(error.cause)
    for kind, reason, miss in _OURS:
        if isinstance(error, kind):
            return reason or str(error), miss
    for one in _with_causes(error):
        if said := _tls_failure(one):
            return f"no safe connection: {said}", Miss.BUSY
    for kind, reason in _TRANSPORT:
        if isinstance(error, kind):
            return reason, Miss.BUSY
    if isinstance(error, exceptions.IgnoreRequest):
        return ("too many redirects" if "redirect" in str(error) else "the request was given up"), Miss.BROKEN
    return f"the request failed ({type(error).__name__})", Miss.BROKEN


def is_out_of_time(error: BaseException) -> bool:
    """Whether nothing is wrong but that the sweep is over."""
    cause = error.cause if isinstance(error, RobotsUnreadError) else None
    return isinstance(cause or error, OutOfTimeError)


def _with_causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what it was made of; Twisted keeps a list of failures in one."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [one.__cause__, one.__context__]
            waiting += [failure.value for failure in getattr(one, "reasons", ()) or ()]


def _tls_failure(error: BaseException) -> str:
    """OpenSSL's own word, which names no host and no value."""
    if isinstance(error, VerificationError):
        return "the certificate is of another host"
    if isinstance(error, SSL.Error):
        queue = error.args[0] if error.args else ()
        return next((str(entry[-1]) for entry in queue if entry), "it was ended")
    if isinstance(error, ssl.SSLError):
        return (error.reason or "it was ended").replace("_", " ").lower()
    return ""
