"""The archive: keeps captured content once, remembers every place it was seen, gives it back verified."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import quote

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from archive.errors import ArchiveError
from archive.models import Capture, Document, WarcFileRow
from archive.records import CHUNK_BYTES, Exchange, RecordPlace, read_content
from archive.recovery import recover
from archive.retention import Expired, expire
from archive.warc import OPEN_SUFFIX, WarcFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy.orm import Session

    from archive.recovery import Recovered
    from core.clock import Clock
    from core.database import Database
    from core.settings import Settings

HAND_IN = "hand-in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where and when a content was seen, and what the site said about it."""

    source: str
    address: str
    fetched_at: datetime
    title: str = ""
    author: str = ""
    posted_at: datetime | None = None
    posted_as_written: str = ""
    sweep_id: int | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a capture: its rows, and whether document and capture are new."""

    document_id: int
    capture_id: int
    new_document: bool
    new_capture: bool


class Archive:
    """Documents as captured: rows in the database, bytes in WARC files under one folder."""

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        self.folder: Path = settings.archive_dir
        self._settings = settings.archive
        self._database = database
        self._clock = clock

    def open_warc(self, name: str) -> WarcFile:
        """A new WARC file; ``name`` is unique (a sweep's), the month goes in front of it."""
        now = self._clock.now()
        file = f"{now:%Y/%m}/{re.sub(r'[^A-Za-z0-9._-]', '-', name)}.warc.gz"
        warc = WarcFile(self.folder, file, on_close=self._closed)
        with self._database.write() as session:
            session.add(WarcFileRow(name=file, opened_at=now))
        return warc

    def keep_response(
        self, session: Session, warc: WarcFile, exchange: Exchange, place: Place, *, media_type: str, charset: str
    ) -> Kept:
        """Keep a response whose body is the document: a paste, a file."""
        known = _document(session, exchange.content)
        if known:
            first = session.scalars(select(Capture).where(Capture.document_id == known.id).order_by(Capture.id)).first()
            at = warc.write_revisit(exchange, first.address if first else exchange.address, known.first_seen_at)
            return self._seen_again(session, known, place, at)
        at = warc.write_exchange(exchange)
        document = Document(media_type=media_type, charset=charset, truncated=exchange.truncated)
        return self._new(session, document, exchange.content, place, record=at, seen_in=at)

    def keep_post(self, session: Session, warc: WarcFile, text: str, page: Exchange, place: Place) -> Kept:
        """Keep a post: its text is the document, the page it stood on is recorded beside it."""
        content = text.encode("utf-8", "replace")
        seen_in = warc.write_exchange(page)
        if known := _document(session, content):
            return self._seen_again(session, known, place, seen_in)
        record = warc.write_post(place.address, content, seen_in, place.fetched_at)
        document = Document(media_type="text/plain", charset="utf-8", truncated=page.truncated)
        return self._new(session, document, content, place, record=record, seen_in=seen_in)

    def hand_in(self, content: bytes | Path, name: str, *, media_type: str = "") -> Kept:
        """Keep a file that somebody brought: a resource record in a WARC file of its own.

        Raises:
            ArchiveError: The file cannot be read or the archive cannot be written.
        """
        try:
            with BytesIO(content) if isinstance(content, bytes) else content.open("rb") as stream:
                return self._hand_in(stream, name, media_type)
        except OSError as error:
            raise ArchiveError(f"{name} cannot be handed in: {error.strerror or type(error).__name__}") from error

    def read(self, document: Document) -> bytes:
        """The whole content, verified.

        Raises:
            ArchiveError: The file is missing or damaged, or the content is not the one that was kept.
        """
        return b"".join(self.stream(document))

    def stream(self, document: Document) -> Iterator[bytes]:
        """The content in pieces; the last piece comes only when the whole was verified, so read to the end."""
        digest, pending = hashlib.sha256(), b""
        for chunk in read_content(self._existing(document.warc_file), document.warc_offset):
            digest.update(chunk)
            if pending:
                yield pending
            pending = chunk
        if digest.hexdigest() != document.sha256:
            raise ArchiveError(
                f"{self.folder / document.warc_file} holds another content at offset {document.warc_offset}: "
                f"sha256 {digest.hexdigest()}, expected {document.sha256} (document {document.id})",
                hint="The file was changed after the capture: restore it from a backup.",
            )
        yield pending

    def waiting(self, session: Session, limit: int) -> list[Document]:
        """Documents that wait for the matcher, oldest first."""
        found = session.scalars(select(Document).where(Document.state == "waiting").order_by(Document.id).limit(limit))
        return list(found)

    def new_captures(self, session: Session, limit: int) -> list[Capture]:
        """New places of documents that were matched already: reposts that have to join their incident."""
        found = session.scalars(
            select(Capture)
            .join(Document)
            .where(Capture.state == "new", Document.state == "matched")
            .order_by(Capture.id)
            .limit(limit)
        )
        return list(found)

    def settle(self, session: Session, document_id: int, *, held: bool) -> None:
        """The matcher is done: documents of incidents are held, the others go after ``keep_clear_days``."""
        until = self._clock.now() + timedelta(days=self._settings.keep_clear_days)
        values = {"held": True} if held else {"keep_until": until}
        session.execute(
            update(Document).where(Document.id == document_id).values(state="matched", failure="", **values)
        )

    def hold(self, session: Session, document_id: int, *, held: bool = True) -> None:
        """Keep a document beyond its time, or let retention have it again."""
        session.execute(update(Document).where(Document.id == document_id).values(held=held))

    def fail(self, session: Session, document_id: int, reason: str, *, final: bool) -> None:
        """Count a failed attempt to match; a final one takes the document out of the queue."""
        values = {"state": "failed"} if final else {}
        session.execute(
            update(Document)
            .where(Document.id == document_id)
            .values(attempts=Document.attempts + 1, failure=reason, **values)
        )

    def expire(self, now: datetime) -> Expired:
        """Delete what nobody has to keep any more; see `archive.retention`."""
        return expire(self.folder, self._database, now)

    def recover(self) -> list[Recovered]:
        """Close the files of processes that died; see `archive.recovery`."""
        return recover(self.folder, self._database, self._clock.now())

    def _hand_in(self, stream: BinaryIO, name: str, media_type: str) -> Kept:
        now, digest, size = self._clock.now(), hashlib.sha256(), 0
        while chunk := stream.read(CHUNK_BYTES):
            digest.update(chunk)
            size += len(chunk)
        stream.seek(0)
        sha256 = digest.hexdigest()
        place = Place(source=HAND_IN, address=name, fetched_at=now, title=name)
        with self._database.write() as session:
            if known := session.scalar(select(Document).where(Document.sha256 == sha256)):
                return self._seen_again(session, known, place, RecordPlace(known.warc_file, known.warc_offset))
        with self.open_warc(f"{HAND_IN}-{now:%Y%m%dT%H%M%S%f}-{sha256[:12]}") as warc:
            at = warc.write_resource(f"file:///{quote(name.lstrip('/'))}", stream, size, media_type, now)
            with self._database.write() as session:
                document = Document(sha256=sha256, size_bytes=size, media_type=media_type)
                return self._insert(session, document, place, record=at, seen_in=at)

    def _new(
        self,
        session: Session,
        document: Document,
        content: bytes,
        place: Place,
        *,
        record: RecordPlace,
        seen_in: RecordPlace,
    ) -> Kept:
        document.sha256, document.size_bytes = hashlib.sha256(content).hexdigest(), len(content)
        return self._insert(session, document, place, record=record, seen_in=seen_in)

    def _insert(
        self, session: Session, document: Document, place: Place, *, record: RecordPlace, seen_in: RecordPlace
    ) -> Kept:
        values = {
            "sha256": document.sha256, "size_bytes": document.size_bytes, "title": place.title,
            "media_type": document.media_type, "charset": document.charset or "", "truncated": document.truncated or "",
            "warc_file": record.file, "warc_offset": record.offset, "first_seen_at": place.fetched_at,
            "keep_until": place.fetched_at + timedelta(days=self._settings.keep_days),
        }  # fmt: skip
        insert = _insert_into(session)(Document).values(**values).on_conflict_do_nothing().returning(Document.id)
        document_id = session.scalar(insert)
        if document_id is None:  # another process kept the same content a moment ago
            known = session.scalars(select(Document).where(Document.sha256 == document.sha256)).one()
            return self._seen_again(session, known, place, seen_in)
        capture_id, _ = self._capture(session, document_id, place, seen_in)
        return Kept(document_id, capture_id, new_document=True, new_capture=True)

    def _seen_again(self, session: Session, known: Document, place: Place, seen_in: RecordPlace) -> Kept:
        known.keep_until = max(known.keep_until, place.fetched_at + timedelta(days=self._settings.keep_clear_days))
        capture_id, is_new = self._capture(session, known.id, place, seen_in)
        return Kept(known.id, capture_id, new_document=False, new_capture=is_new)

    def _capture(self, session: Session, document_id: int, place: Place, at: RecordPlace) -> tuple[int, bool]:
        insert = _insert_into(session)(Capture).values(
            document_id=document_id, source=place.source, address=place.address, author=place.author,
            posted_at=place.posted_at, posted_as_written=place.posted_as_written, fetched_at=place.fetched_at,
            sweep_id=place.sweep_id, warc_file=at.file, warc_offset=at.offset,
        )  # fmt: skip
        made = session.scalar(insert.on_conflict_do_nothing().returning(Capture.id))
        if made is not None:
            return made, True
        same = (Capture.source == place.source, Capture.address == place.address, Capture.document_id == document_id)
        return session.scalars(select(Capture.id).where(*same)).one(), False

    def _closed(self, warc: WarcFile) -> None:
        with self._database.write() as session:
            session.execute(
                update(WarcFileRow)
                .where(WarcFileRow.name == warc.name)
                .values(closed_at=self._clock.now(), size_bytes=warc.size_bytes)
            )

    def _existing(self, name: str) -> Path:
        final = self.folder / name
        still_open = final.with_name(final.name + OPEN_SUFFIX)
        return still_open if still_open.exists() and not final.exists() else final


def _document(session: Session, content: bytes) -> Document | None:
    sha256 = hashlib.sha256(content).hexdigest()
    return session.scalar(select(Document).where(Document.sha256 == sha256).with_for_update())


def _insert_into(session: Session) -> Callable[..., sqlite.Insert | postgresql.Insert]:
    return postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
