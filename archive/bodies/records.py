"""Which records hold a document's body: its own, the pages that it stood on, and what a browser made of them."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Final

from sqlalchemy import select
from warcio.archiveiterator import ArchiveIterator

from archive.bodies.models import WHOLE
from archive.errors import ArchiveError
from archive.models import Capture, DocumentRow, WarcFileRow
from core.encodings.decoder import to_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from sqlalchemy.orm import Session

    from archive.objects import StoragePlace

Places = dict[str, set[int]]
"""Offsets of records, by the name of their file."""
BODIES: Final = frozenset({"response", "resource", "conversion"})
MOST_SIGNS: Final = 400
"""Lines by which a page is known to hold a post, or a part of it."""
LEAST_SIGN: Final = 6
"""Characters of such a line, without its spaces."""
_TAG: Final = re.compile(r"<[^<>]{0,2000}>")
_TELLING: Final = re.compile(r"@|\d{3}")
"""A greeting stands on many pages, somebody's row on those that show it."""
_SPACE: Final = re.compile(r"\s+")


class OpenFileError(ArchiveError):
    """A file is still being written: what stands in it can be taken away when that has ended."""


def find_records(
    session: Session,
    folder: StoragePlace,
    document: DocumentRow,
    lines: Iterable[str],
    more: Sequence[tuple[str, int]] = (),
    others: Collection[tuple[str, int]] = (),
) -> Places:
    """Every record that holds the body of a document, but those that are other documents'.

    Args:
        session: A reading session.
        folder: The archive's.
        document: Whose body.
        lines: Of the body, those that must not stay.
        more: Further records of it, such as pictures.
        others: Records that stay because they are other documents', see `own_records` and `captured_records`.

    Raises:
        OpenFileError: One of the files is still being written.
    """
    captures = session.scalars(select(Capture).where(Capture.document_id == document.id)).all()
    own = (document.warc_file, document.warc_offset)
    named = {own, *((capture.warc_file, capture.warc_offset) for capture in captures), *more}
    found: Places = {}
    pages: dict[str, set[str]] = {}
    is_post = False
    for file, offset in sorted(named):
        kind, address = _kind(folder / file, offset, _refuse_open(session, file))
        if kind in BODIES and (file, offset) not in others:
            found.setdefault(file, set()).add(offset)
        if kind == "response":
            pages.setdefault(file, set()).add(address)
        is_post |= (file, offset) == own and kind == "conversion"
    for file, addresses in pages.items():  # what a browser made of a page stands behind it
        for offset, kind, address, _ in _records(folder / file):
            if kind == "conversion" and address in addresses and (file, offset) not in others:
                found.setdefault(file, set()).add(offset)
    if is_post:
        _add_pages(session, folder, captures, _signs(lines), others, found)
    return found


def _add_pages(
    session: Session,
    folder: StoragePlace,
    captures: Sequence[Capture],
    signs: Sequence[str],
    others: Collection[tuple[str, int]],
    found: Places,
) -> None:
    """Add every page of the same sources that shows any of the lines: a thread is kept again for each new post."""
    if not signs:
        return
    sources = {capture.source for capture in captures}
    asked = select(Capture.warc_file).where(Capture.source.in_(sources)).distinct().order_by(Capture.warc_file)
    for file in session.scalars(asked).all():
        _refuse_open(session, file)
        if not (folder / file).exists():
            continue
        for offset, kind, _, content in _records(folder / file, contents=True):
            if kind not in BODIES or (file, offset) in others or offset in found.get(file, ()):
                continue
            text = _bare(_TAG.sub(" ", html.unescape(to_text(content, ""))))
            if any(sign in text for sign in signs):
                found.setdefault(file, set()).add(offset)


def own_records(session: Session, but: Collection[int]) -> set[tuple[str, int]]:
    """Records that are the body of a document that is whole, but for some documents."""
    asked = select(DocumentRow.id, DocumentRow.warc_file, DocumentRow.warc_offset).where(DocumentRow.body == WHOLE)
    return {(file, offset) for number, file, offset in session.execute(asked) if number not in but}


def captured_records(session: Session, but: Collection[int]) -> set[tuple[str, int]]:
    """Records that documents that are whole were captured with: pages they stood on; but for some documents."""
    asked = select(DocumentRow.id, Capture.warc_file, Capture.warc_offset).join(DocumentRow.captures)
    rows = session.execute(asked.where(DocumentRow.body == WHOLE))
    return {(file, offset) for number, file, offset in rows if number not in but}


def _refuse_open(session: Session, file: str) -> str:
    row = session.get(WarcFileRow, file)
    if row is not None and row.closed_at is None:
        raise OpenFileError(f"{file} is still being written", hint="Try again when the sweep has ended.")
    return file


def _kind(path: StoragePlace, offset: int, name: str) -> tuple[str, str]:
    try:
        with path.open("rb") as file:
            file.seek(offset)
            record = next(iter(ArchiveIterator(file)), None)
    except OSError as error:
        raise ArchiveError(f"{name} cannot be read: {error.strerror or type(error).__name__}") from error
    if record is None:
        return "", ""
    return record.rec_type, record.rec_headers.get_header("WARC-Target-URI") or ""


def _records(path: StoragePlace, *, contents: bool = False) -> Iterator[tuple[int, str, str, bytes]]:
    """The records of a file: offset, type, address, and, if asked for, the content with HTTP encodings undone."""
    with path.open("rb") as file:
        records = ArchiveIterator(file)
        for record in records:
            address = record.rec_headers.get_header("WARC-Target-URI") or ""
            content = record.content_stream().read() if contents and record.rec_type in BODIES else b""
            yield records.get_record_offset(), record.rec_type, address, content  # asking for it ends the record


def _signs(lines: Iterable[str]) -> list[str]:
    """Of those lines the ones that tell a post from others: with a number or an address, where any have one."""
    found = [bare for line in lines if len(bare := _bare(line)) >= LEAST_SIGN]
    found = [bare for bare in found if _TELLING.search(bare)] or found
    step = -(-len(found) // MOST_SIGNS)
    return found[:: step or 1]


def _bare(text: str) -> str:
    return _SPACE.sub("", text)
