"""Readers, one format a file; `read_document` takes a document apart, archives and all."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from core.plugins import load_plugins
from matcher.readers.interface import Member, NotThisFormatError, Prose, Reader, Rows, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matcher.document import Cuts, Document, Limits

__all__ = ["load_readers", "read_document", "read_source"]


@cache
def load_readers() -> tuple[Reader, ...]:
    """One of each."""
    return tuple(reader() for reader in load_plugins(sys.modules[__name__], Reader).values())  # type: ignore[type-abstract]


def read_document(document: Document, limits: Limits, cuts: Cuts) -> Iterator[tuple[tuple[str, ...], Rows | Prose]]:
    """The passages of a document, each with the members it lies in (empty for the document itself)."""
    from matcher.readers._bounds import bounded

    def open_it() -> object:
        return bounded(document.open(), limits.document_bytes, cuts)

    source = Source(document.name, open_it, limits, cuts, document.media_type, document.charset)  # type: ignore[arg-type]
    yield from read_source(source)


def read_source(source: Source) -> Iterator[tuple[tuple[str, ...], Rows | Prose]]:
    """The passages of a source and of what it contains, by the reader that is surest of it, or the next one."""
    sure = [(reader.recognises(source), reader) for reader in load_readers()]
    for _, reader in sorted(((s, r) for s, r in sure if s > 0), key=lambda item: -item[0]):
        try:
            for passage in reader.read(source):
                if isinstance(passage, Member):
                    inner = replace(passage.source, depth=source.depth + 1, path=(*source.path, passage.source.name))
                    yield from read_source(inner)
                else:
                    yield source.path, passage
        except NotThisFormatError:
            continue
        return
