"""A document's content as a page shows it: decoded, cut to what a page can hold, in pieces that are masked or not."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from archive.bodies.models import WHOLE
from archive.errors import ArchiveError, BodyGoneError
from core.encodings.decoder import to_text

if TYPE_CHECKING:
    from archive.models import DocumentRow
    from archive.store import Archive

SHOWN_CHARACTERS = 60_000
"""What a browser lays out without effort; the whole is in the archive."""
LONGEST_CODE = 4  # bytes of one character, in the encodings we know
TEXT_SAMPLE = 4096
CONTROLS_IN_BINARY = 0.05


@dataclass(frozen=True, slots=True)
class ShownContent:
    """What of a document can be shown; ``problem`` is a key of the texts when nothing can."""

    text: str = ""
    is_cut: bool = False
    problem: str = ""


def read_text(archive: Archive, document: DocumentRow) -> ShownContent:
    """The first part of a document as text."""
    try:
        content = _first_bytes(archive, document, SHOWN_CHARACTERS * LONGEST_CODE)
    except BodyGoneError:
        return ShownContent(problem="document.body_gone")
    except ArchiveError:
        return ShownContent(problem="document.damaged")
    text = to_text(content, document.charset if document.body == WHOLE else "utf-8")
    if _is_binary(text):
        return ShownContent(problem="document.binary")
    shown = text[:SHOWN_CHARACTERS].replace("\r\n", "\n")
    return ShownContent(shown, is_cut=len(text) > SHOWN_CHARACTERS or document.size_bytes > len(content))


def _first_bytes(archive: Archive, document: DocumentRow, most: int) -> bytes:
    if document.size_bytes <= most:
        return archive.read(document)
    # Of a longer content only the beginning is read: it is not verified, which takes the whole.
    content = bytearray()
    for chunk in islice(archive.stream(document), most):
        content += chunk
        if len(content) >= most:
            break
    return bytes(content[:most])


def _is_binary(text: str) -> bool:
    sample = text[:TEXT_SAMPLE]
    odd = sum(not (c.isprintable() or c.isspace()) or c == "\ufffd" for c in sample)
    return odd > CONTROLS_IN_BINARY * len(sample)
