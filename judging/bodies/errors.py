"""Why a body stays whole."""

from __future__ import annotations

from typing import ClassVar

from core.errors import SpokenError


class BodyRefusedError(SpokenError):
    """A body cannot be purged, held, or let go; nothing was changed."""

    package: ClassVar[str] = "judging"
