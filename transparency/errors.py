"""What can go wrong with the log itself."""

from __future__ import annotations

from core.errors import HinomiError


class LogError(HinomiError):
    """The log cannot be signed, proved or read."""


class NoLogKeyError(LogError):
    """The signing key is missing, others may read it, or it is no Ed25519 key."""

    exit_code = 2


class BrokenLogError(LogError):
    """The log does not go on from the last head that was signed: signing it would vouch for a rewritten history."""


class NoteError(LogError):
    """A text that is no signed tree head, or whose signature does not fit."""


class NoEntryError(LogError):
    """A proof was asked for something that the log does not hold, or that no signed head covers yet.

    Attributes:
        reason: In a word, for pages in other languages: unknown, unsigned, changed or sizes.
    """

    exit_code = 2

    def __init__(self, reason: str, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.reason = reason


class TimestampError(LogError):
    """The time-stamp authority did not answer, or its answer does not hold."""

    exit_code = 3
