"""The archive's branch of the error tree."""

from __future__ import annotations

from core.errors import HinomiError


class ArchiveError(HinomiError):
    """A record cannot be written, found, or trusted; the message names the file and the offset in it."""

    exit_code = 3


class BodyGoneError(ArchiveError):
    """A document's body was taken away by a rule or by somebody; its record, its hash and its event stay."""
