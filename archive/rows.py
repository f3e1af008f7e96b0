"""Rows of the archive: a document once, a capture for every place; safe when two processes keep the same content."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from archive.models import EVIDENCE, Capture, CaptureText, DocumentRow
from core.database import insert_into
from core.query.folding import folded

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from archive.records import RecordPlace
    from core.sections.archive import ArchiveSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where and when a content was seen, what the site said about it, and why we may look at it."""

    source: str
    address: str
    fetched_at: datetime
    title: str = ""
    author: str = ""
    posted_at: datetime | None = None
    posted_as_written: str = ""
    sweep_id: int | None = None
    purpose: str = ""
    legal_basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What is kept: its hash and length, and what is known of its form."""

    sha256: str
    size_bytes: int
    media_type: str = ""
    charset: str = ""
    truncated: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a capture: its rows, and whether document and capture are new."""

    document_id: int
    capture_id: int
    new_document: bool
    new_capture: bool


def find_document(session: Session, sha256: str) -> DocumentRow | None:
    """The document of that content, held against retention until the transaction ends."""
    return session.scalar(select(DocumentRow).where(DocumentRow.sha256 == sha256).with_for_update())


def find_capture(session: Session, document: DocumentRow, place: Place) -> Kept | None:
    """The capture of a document at a place it was seen at before."""
    same = (Capture.source == place.source, Capture.address == place.address, Capture.document_id == document.id)
    capture_id = session.scalar(select(Capture.id).where(*same))
    return None if capture_id is None else Kept(document.id, capture_id, new_document=False, new_capture=False)


def first_address(session: Session, document: DocumentRow) -> str:
    """Where a document was seen first."""
    found = select(Capture.address).where(Capture.document_id == document.id).order_by(Capture.id).limit(1)
    return session.scalar(found) or ""


def add_document(
    session: Session, content: Content, place: Place, record: RecordPlace, seen_in: RecordPlace, keep: ArchiveSettings
) -> Kept:
    """A new document at its first place; when another process was faster, a new place of its document."""
    values = {
        "sha256": content.sha256, "size_bytes": content.size_bytes, "title": place.title,
        "media_type": content.media_type, "charset": content.charset, "truncated": content.truncated,
        "warc_file": record.file, "warc_offset": record.offset, "first_seen_at": place.fetched_at,
        "keep_until": place.fetched_at + timedelta(days=keep.keep_days),
    }  # fmt: skip
    made = insert_into(session, DocumentRow).values(**values).on_conflict_do_nothing().returning(DocumentRow.id)
    document_id = session.scalar(made)
    if document_id is None:
        known = session.scalars(select(DocumentRow).where(DocumentRow.sha256 == content.sha256)).one()
        return add_place(session, known, place, seen_in, keep)
    capture_id, _ = _add_capture(session, document_id, place.title, place, seen_in)
    return Kept(document_id, capture_id, new_document=True, new_capture=True)


def add_place(session: Session, known: DocumentRow, place: Place, seen_in: RecordPlace, keep: ArchiveSettings) -> Kept:
    """Another place of a document, which is kept for longer since it is still about."""
    if known.state == EVIDENCE and place.source != EVIDENCE:
        known.state = "waiting"  # what showed something to us alone is out there
    known.keep_until = max(known.keep_until, place.fetched_at + timedelta(days=keep.keep_clear_days))
    capture_id, is_new = _add_capture(session, known.id, known.title, place, seen_in)
    return Kept(known.id, capture_id, new_document=False, new_capture=is_new)


def searched(title: str, author: str, address: str, source: str) -> dict[str, str]:
    """What a capture is found by, as it is searched."""
    given = {"title": title, "author": author, "address": address, "source": source}
    return {name: folded(text) for name, text in given.items()}


def _add_capture(session: Session, document_id: int, title: str, place: Place, at: RecordPlace) -> tuple[int, bool]:
    insert = insert_into(session, Capture).values(
        document_id=document_id, source=place.source, address=place.address, author=place.author,
        posted_at=place.posted_at, posted_as_written=place.posted_as_written, fetched_at=place.fetched_at,
        sweep_id=place.sweep_id, warc_file=at.file, warc_offset=at.offset, purpose=place.purpose,
        legal_basis=place.legal_basis,
    )  # fmt: skip
    made = session.scalar(insert.on_conflict_do_nothing().returning(Capture.id))
    if made is not None:
        texts = searched(title, place.author, place.address, place.source)
        session.execute(insert_into(session, CaptureText).values(capture_id=made, **texts))
        return made, True
    same = (Capture.source == place.source, Capture.address == place.address, Capture.document_id == document_id)
    return session.scalars(select(Capture.id).where(*same)).one(), False
