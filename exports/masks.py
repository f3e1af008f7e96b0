"""What of strangers' words may be seen in an export without a reason: asked of whoever knows, which is the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from incidents.views import EventView


class ExportMasks(Protocol):
    """Masks texts as the pages do; `web.masking.applied` is the one there is."""

    def line(self, text: str) -> str:
        """A line of its own, such as the title of a document in which nothing was found."""

    def hidden(self, text: str) -> str:
        """A line that strangers wrote about a leak."""

    def address(self, address: str) -> str:
        """Where a document stood."""

    def told(self, event: EventView) -> str:
        """The sentence of an event."""

    def text(self, text: str, places: Iterable[Mapping[str, object]], *, is_leak: bool) -> str:
        """A document's text, in which customers were found at these places."""
