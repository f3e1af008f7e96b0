"""Errors of this package."""

from __future__ import annotations

from typing import ClassVar

from core.errors import OutsideError, SpokenError, UsageError


class ExportError(SpokenError, UsageError):
    """An export that cannot be meant."""

    package: ClassVar[str] = "exports"


class ExportFailedError(SpokenError, OutsideError):
    """Something outside failed an export: a server, a file."""

    package: ClassVar[str] = "exports"
