"""A request to take a leak down, with what a provider needs to find it and to believe it: pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.clock import local
from core.texts import load_texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.clock import ClockError
    from incidents.views import DocumentView


def takedown_text(
    views: Sequence[DocumentView], *, language: str, contact: str, zone: str, clock: ClockError, reference: str
) -> str:
    """The text of the request: each place with its times, their zone, our clock's error, and the content's hash.

    No value of a customer is in it.

    Args:
        views: The places that are to be taken down.
        language: Of the text.
        contact: Whom the provider answers.
        zone: That times are written in, as a name of the IANA database.
        clock: How far the clock of this machine may have been off.
        reference: Our own name for the matter.
    """
    texts = load_texts("incidents", language)
    places = []
    for number, view in enumerate(views, 1):
        seen = local(view.fetched_at, zone)
        places.append(
            texts(
                "takedown.place", n=number, address=view.address, at=f"{seen:%Y-%m-%d %H:%M:%S %z} ({zone})",
                posted=view.posted_as_written or "–", sha256=view.sha256, size=f"{view.size_bytes:,}",
            )
        )  # fmt: skip
    known = texts("takedown.clock", ms=clock.milliseconds) if clock.is_known else texts("takedown.clock_unknown")
    return texts("takedown.text", reference=reference, places="\n".join(places), clock=known, contact=contact or "–")
