"""The masks of the pages for what is taken away: what no page shows, no masked export holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from web.masking.masks import HIDDEN, hidden_line, mask, masked_address, masked_line, told

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from incidents.views import EventView


class PageMasks:
    """Masks texts as the pages do (an `exports.masks.ExportMasks`)."""

    def line(self, text: str) -> str:
        """A line of its own."""
        return masked_line(text)

    def hidden(self, text: str) -> str:
        """A line that strangers wrote about a leak."""
        return hidden_line(text)

    def address(self, address: str) -> str:
        """Where a document stood."""
        return masked_address(address)

    def told(self, event: EventView) -> str:
        """The sentence of an event."""
        return told(event)

    def text(self, text: str, places: Iterable[Mapping[str, object]], *, is_leak: bool) -> str:
        """A document's text."""
        return "".join(HIDDEN if kind else piece for kind, piece in mask(text, places, is_leak=is_leak))
