"""Readers, one format a file; `read_document` takes a document apart, archives and all."""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING

from core.plugins import load_plugins
from matcher.readers._long_cells import parted
from matcher.readers._plain import flattened, plain_text
from matcher.readers.interface import Member, NotThisFormatError, Prose, Readable, Reader, Rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from matcher.document import Cuts, Document, Limits

FAILED = "failed to read it as"  # in a note; the fuzz tests take it for what it is, a crash

__all__ = ["FAILED", "load_readers", "open_document", "read_document", "read_plainly", "read_source"]


@cache
def load_readers() -> tuple[Reader, ...]:
    """One of each."""
    return tuple(reader() for reader in load_plugins(sys.modules[__name__], Reader).values())  # type: ignore[type-abstract]


def read_document(document: Document, limits: Limits, cuts: Cuts) -> Iterator[tuple[tuple[str, ...], Rows | Prose]]:
    """The passages of a document, each with the members it lies in (empty for the document itself)."""
    yield from read_source(open_document(document, limits, cuts))


def read_plainly(document: Document, limits: Limits, cuts: Cuts) -> Iterator[tuple[tuple[str, ...], Prose]]:
    """The same as plain text: archives are opened and encodings undone, formats are not looked at."""
    for path, passage in read_source(open_document(document, limits, cuts), plainly=True):
        yield path, flattened(passage)


def open_document(document: Document, limits: Limits, cuts: Cuts) -> Readable:
    """The document as a source, bounded."""
    from matcher.readers._bounds import bounded

    def open_it() -> BinaryIO:
        return bounded(document.open(), limits, cuts)

    return Readable(document.name, open_it, limits, cuts, document.media_type, document.charset)


def read_source(source: Readable, *, plainly: bool = False) -> Iterator[tuple[tuple[str, ...], Rows | Prose]]:
    """The passages of a source and of what it contains, by the reader that is surest of it, or the next one.

    With ``plainly`` text is given as it stands, where its format encloses nothing.
    """
    sure = [(reader.recognises(source), reader) for reader in load_readers()]
    for _, reader in sorted(((s, r) for s, r in sure if s > 0), key=lambda item: -item[0]):
        if plainly and not reader.encloses and not source.is_binary:
            yield from ((source.path, passage) for passage in plain_text(source))
            return
        given = False
        try:
            for passage in reader.read(source):
                given = True
                if isinstance(passage, Member):
                    yield from read_source(passage.source, plainly=plainly or passage.plainly)
                else:
                    yield from ((source.path, part) for part in parted(passage))
                if source.cuts.is_late(source.limits):
                    return
        except NotThisFormatError:
            continue
        except Exception as error:  # noqa: BLE001  # the edge to what anybody may have written: one part loses no other
            source.note(f"{FAILED} {reader.name} ({type(error).__name__}); the rest of this part was not read as such")
            if not given:
                continue
        return
