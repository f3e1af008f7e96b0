"""PDF: the text of its pages by pypdf, a line a line; pictures of text hold none, and are said."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, ClassVar, Final

from matcher.readers.interface import Passage, Readable, Reader, ReaderExample, tidied
from matcher.readers.texts._stretches import passages_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pypdf import PdfReader

_SIGN: Final = b"%PDF-"
_SIGN_WITHIN: Final = 1024  # bytes of the head, as readers of PDF allow
MOST_PAGES: Final = 20_000


class PdfFileReader(Reader):
    """The text of every page."""

    name = "pdf"
    encloses = True
    examples: ClassVar = (ReaderExample(b"no %PDF at all", ()),)

    def recognises(self, source: Readable) -> float:
        """By its sign, which may stand behind a few other bytes."""
        return 0.99 if _SIGN in source.head[:_SIGN_WITHIN] else 0.0

    def read(self, source: Readable) -> Iterator[Passage]:
        """Page after page."""
        content = source.whole_bytes()
        if content is None:
            source.note(f"a PDF of more than {source.limits.whole_bytes} bytes was not read")
            return
        document = _opened(content, source)
        if document is None:
            return
        line, silent = 1, 0
        for text in _pages(document, source):
            silent += not text.strip()
            yield from passages_of(tidied(text), source, line)
            line += text.count("\n") + 1
        if silent:
            source.note(f"{silent} pages of a PDF hold no text, perhaps pictures of some; not read")


def _opened(content: bytes, source: Readable) -> PdfReader | None:
    from pypdf import PdfReader

    try:
        document = PdfReader(io.BytesIO(content))
        if document.is_encrypted and not document.decrypt(""):
            source.note("encrypted; not opened")
            return None
        len(document.pages)
    except Exception as error:  # noqa: BLE001  # whatever it makes of a damaged file, the file is not read
        source.note(f"a damaged PDF ({type(error).__name__}); not read")
        return None
    return document


def _pages(document: PdfReader, source: Readable) -> Iterator[str]:
    for number in range(len(document.pages)):
        if number >= MOST_PAGES or source.cuts.is_late(source.limits):
            source.note(f"a PDF was read to its page {number}")
            return
        try:
            yield document.pages[number].extract_text() or ""
        except Exception as error:  # noqa: BLE001  # one page loses no other
            source.note(f"page {number + 1} of a PDF is damaged ({type(error).__name__}); not read")
