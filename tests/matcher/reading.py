"""What comes out of a document, for tests."""

from __future__ import annotations

from matcher.document import Cuts, Document, Limits
from matcher.readers import FAILED, read_document
from matcher.readers.interface import Prose, Rows


def passages(
    content: bytes, name: str = "example", limits: Limits | None = None
) -> tuple[list[Rows | Prose], list[str]]:
    """The passages of a document, and what was cut off; a reader that failed on it fails the test."""
    cuts = Cuts()
    found = [passage for _, passage in read_document(Document(name, content), limits or Limits(), cuts)]
    assert not [note for note in cuts.notes if FAILED in note]
    for passage in found:
        if isinstance(passage, Rows):
            assert len({len(column) for column in passage.columns} | {len(passage.places)}) == 1
            assert not passage.header or len(passage.header) == len(passage.columns)
    return found, cuts.notes


def words(content: bytes, name: str = "example", limits: Limits | None = None) -> tuple[list[str], list[str]]:
    """Every cell and every text that comes out of a document, and what was cut off."""
    found, notes = passages(content, name, limits)
    texts: list[str] = []
    for passage in found:
        if isinstance(passage, Prose):
            texts.append(passage.text)
        else:
            texts += [*passage.header, *(cell for column in passage.columns for cell in column)]
    return texts, notes


def tables(content: bytes, name: str = "example") -> list[list[list[str]]]:
    """The tables of a document, each as a list of its rows, the header first where there is one."""
    return [
        [*([list(rows.header)] if rows.header else []), *map(list, zip(*rows.columns, strict=True))]
        for rows in passages(content, name)[0]
        if isinstance(rows, Rows)
    ]
