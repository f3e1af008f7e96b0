"""Names that never change: an incident has the same UUID in every export, so that receivers never double it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import NAMESPACE_URL, UUID, uuid5

if TYPE_CHECKING:
    from core.settings import Settings

PROGRAM: Final = uuid5(NAMESPACE_URL, "urn:hinomi:exports")


class StableNames:
    """UUIDs (version 5) of what an installation speaks of; another carrier's are others."""

    def __init__(self, settings: Settings) -> None:
        self._base = uuid5(PROGRAM, settings.exports.organisation or settings.web_url)

    def of(self, kind: str, *parts: object) -> UUID:
        """The UUID of something, by its kind and what it is known by."""
        return uuid5(self._base, "\x1f".join([kind, *map(str, parts)]))
