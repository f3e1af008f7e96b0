"""The alerts' branch of the error tree; what a failed delivery says about the message decides what happens next."""

from __future__ import annotations

from core.errors import HinomiError


class AlertError(HinomiError):
    """A message that cannot be built or delivered."""

    exit_code = 3


class InvalidMessageError(AlertError):
    """A message that its channel would refuse: too many blocks, a text too long or empty."""


class NotSentError(AlertError):
    """The message certainly did not arrive.

    Attributes:
        retry_after_s: The other side asked for that much patience.
    """

    def __init__(self, message: str, *, retry_after_s: float = 0.0) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class UncertainError(AlertError):
    """The message may have arrived: before it is sent again, it has to be looked for."""


class GoneError(AlertError):
    """What the message belongs to is there no more: somebody deleted the parent."""
