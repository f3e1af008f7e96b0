"""Tables of the archive: documents (content, once), captures (every place it was seen), their WARC files and seals.

A table that refers to a document should do so with ``ForeignKey("documents.id", ondelete="CASCADE")`` unless it marks
the document as held: retention deletes the rows of documents nobody holds (see `archive.retention`).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.database import Base

EVIDENCE = "evidence"
"""Where files come from that somebody brought to show what was done, and the state of such a document."""


class DocumentRow(Base):
    """One content, immutable, kept once however often and wherever it was seen.

    ``state``: ``waiting`` for the matcher, ``matched``, ``failed`` (then ``failure`` says why), or `EVIDENCE`: nobody
    looks through it unless it turns up elsewhere. ``truncated`` says why the content is not whole (``length``,
    ``disconnect``: the words of WARC-Truncated), empty when it is. ``held`` keeps the document beyond ``keep_until``:
    it is part of an incident. ``title`` is the one where it was first seen. ``body``: empty while the content is there
    as it was captured, ``purged`` or ``removed`` after (`archive.bodies.models`).
    """

    __tablename__ = "documents"
    __table_args__ = (Index(None, "state", "id"), Index(None, "keep_until"), Index(None, "warc_file"))
    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(unique=True)
    size_bytes: Mapped[int]
    media_type: Mapped[str] = mapped_column(default="")
    charset: Mapped[str] = mapped_column(default="")
    title: Mapped[str] = mapped_column(default="")
    truncated: Mapped[str] = mapped_column(default="")
    warc_file: Mapped[str]
    warc_offset: Mapped[int]
    first_seen_at: Mapped[datetime]
    keep_until: Mapped[datetime]
    held: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(default="waiting")
    failure: Mapped[str] = mapped_column(default="")
    attempts: Mapped[int] = mapped_column(default=0)
    body: Mapped[str] = mapped_column(default="", server_default="")
    captures: Mapped[list[Capture]] = relationship(back_populates="document", passive_deletes=True)


class Capture(Base):
    """One place where a document was seen; a repost is a second capture of the same document.

    ``warc_file`` and ``warc_offset`` say where the record of *this* place is: the response, the page that a post stood
    on, or the revisit record of content that was known already. ``posted_at`` is None when the site's text could not be
    read as a time; ``posted_as_written`` is that text. ``state``: ``new`` until an incident or a clear finding took it
    in, then ``reported``. ``purpose`` and ``legal_basis`` are the source's words at the moment it was captured: why
    it was looked at, and what allows it.
    """

    __tablename__ = "captures"
    __table_args__ = (
        UniqueConstraint("source", "address", "document_id"),
        Index(None, "state", "id"),
        Index(None, "document_id"),
        Index(None, "warc_file"),
        Index(None, "fetched_at", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"))
    source: Mapped[str]
    address: Mapped[str]
    author: Mapped[str] = mapped_column(default="")
    posted_at: Mapped[datetime | None]
    posted_as_written: Mapped[str] = mapped_column(default="")
    fetched_at: Mapped[datetime]
    sweep_id: Mapped[int | None]
    warc_file: Mapped[str]
    warc_offset: Mapped[int]
    state: Mapped[str] = mapped_column(default="new")
    purpose: Mapped[str] = mapped_column(default="", server_default="")
    legal_basis: Mapped[str] = mapped_column(default="", server_default="")
    document: Mapped[DocumentRow] = relationship(back_populates="captures")


class CaptureText(Base):
    """What a capture can be found by, as it is searched (`core.query.folding`); nothing of its content.

    A table of its own, so that looking through all of them reads nothing else.
    """

    __tablename__ = "capture_texts"
    capture_id: Mapped[int] = mapped_column(
        ForeignKey("captures.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    title: Mapped[str]
    author: Mapped[str]
    address: Mapped[str]
    source: Mapped[str]


class WarcFileRow(Base):
    """One WARC file; ``closed_at`` is empty while a sweep writes it, ``name`` is its path under the archive folder.

    ``host`` wrote it: where it is, if the machines do not share that folder.
    """

    __tablename__ = "warc_files"
    name: Mapped[str] = mapped_column(primary_key=True)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    size_bytes: Mapped[int] = mapped_column(default=0)
    host: Mapped[str] = mapped_column(default="")


class WarcSeal(Base):
    """The hash of a WARC file as it was when it was closed; the row stays when retention removes the file."""

    __tablename__ = "warc_seals"
    __table_args__ = (Index(None, "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    sha256: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    sealed_at: Mapped[datetime]
