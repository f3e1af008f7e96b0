"""The archive's branch of the error tree."""

from __future__ import annotations

from core.errors import HinomiError


class ArchiveError(HinomiError):
    """A record cannot be written, found, or trusted; the message names the file and the offset in it."""

    exit_code = 3


class BodyGoneError(ArchiveError):
    """A document's body was taken away by a rule or by somebody; its record, its hash and its event stay."""


class StorageError(ArchiveError, OSError):
    """The object storage cannot be reached, refuses us, or has no such bucket; never with a credential in it."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.strerror = message
