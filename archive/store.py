"""The archive: keeps captured content once, remembers every place it was seen, gives it back verified."""

from __future__ import annotations

import hashlib
import re
import socket
from contextlib import ExitStack
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import quote

from sqlalchemy import select, update

from archive.bodies.models import REMOVED, WHOLE, BodyRemoval
from archive.bodies.removal import bodies_lock
from archive.errors import ArchiveError, BodyGoneError
from archive.models import EVIDENCE, Capture, DocumentRow, WarcFileRow
from archive.objects import OPEN_SUFFIX, WRITER_S, ObjectPath, open_place
from archive.records import CHUNK_BYTES, Exchange, RecordPlace, read_content
from archive.recovery import recover
from archive.retention import Expired, expire
from archive.rows import Content, Kept, Place, add_document, add_place, find_capture, find_document, first_address
from archive.seals import add_seal, measure
from archive.warc import WarcFile
from core.hosts.holding import held_lease

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy.orm import Session

    from archive.objects import StoragePlace
    from archive.recovery import Recovered
    from core.clock import Clock
    from core.database import Database
    from core.settings import Settings

HAND_IN = "hand-in"
"""Where files come from that somebody brought to be looked through."""
__all__ = ["EVIDENCE", "HAND_IN", "Archive", "Kept", "Place"]


class Archive:
    """Documents as captured: rows in the database, bytes in WARC files under one folder."""

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        self.folder: Any = open_place(settings)  # a `Place`: of which kind, its users know
        self._settings = settings.archive
        self._database = database
        self.clock = clock

    def open_warc(self, name: str) -> WarcFile:
        """A new WARC file; ``name`` is unique (a sweep's), the month goes in front of it."""
        now = self.clock.now()
        file = f"{now:%Y/%m}/{re.sub(r'[^A-Za-z0-9._-]', '-', name)}.warc.gz"
        with ExitStack() as opening:  # what could not be opened is held no longer
            held = opening.enter_context(self._held(file))
            warc = WarcFile(self.folder, file, on_close=self._closed, may_close=self._may_close, holding=held)
            opening.callback(warc.abandon)
            with self._database.write() as session:
                session.add(WarcFileRow(name=file, opened_at=now, host=socket.gethostname()))
            opening.pop_all()
        return warc

    def keep_response(
        self, session: Session, warc: WarcFile, exchange: Exchange, place: Place, *, media_type: str, charset: str
    ) -> Kept:
        """Keep a response whose body is the document: a paste, a file."""
        self._refuse_closed(session, warc)
        form = {"media_type": media_type, "charset": charset, "truncated": exchange.truncated}
        content = _content(exchange.rendered or exchange.content, **form)
        if exchange.rendered:
            return self._keep_rendered(session, warc, content, exchange, place)
        known = find_document(session, content.sha256)
        if known:
            if kept := find_capture(session, known, place):
                return kept
            if not exchange.is_http:  # a revisit record says what headers came, and none did
                there = RecordPlace(known.warc_file, known.warc_offset)
                return add_place(session, known, place, there, self._settings)
            at = warc.write_revisit(exchange, first_address(session, known) or place.address, known.first_seen_at)
            return add_place(session, known, place, at, self._settings)
        at = warc.write_exchange(exchange)
        return add_document(session, content, place, at, at, self._settings)

    def _keep_rendered(
        self, session: Session, warc: WarcFile, content: Content, exchange: Exchange, place: Place
    ) -> Kept:
        """The document is the page as a browser made it; the response that it was made of is recorded beside it."""
        known = find_document(session, content.sha256)
        if known and (kept := find_capture(session, known, place)):
            return kept
        if known and known.body != WHOLE:
            there = RecordPlace(known.warc_file, known.warc_offset)
            return add_place(session, known, place, there, self._settings)
        seen_in = warc.write_exchange(exchange)
        if known:
            return add_place(session, known, place, seen_in, self._settings)
        return add_document(session, content, place, warc.rendered(exchange), seen_in, self._settings)

    def keep_post(self, session: Session, warc: WarcFile, text: str, page: Exchange, place: Place) -> Kept:
        """Keep a post: its text is the document, the page it stood on is recorded beside it."""
        self._refuse_closed(session, warc)
        data = text.encode("utf-8", "replace")
        content = _content(data, media_type="text/plain", charset="utf-8", truncated=page.truncated)
        known = find_document(session, content.sha256)
        if known and (kept := find_capture(session, known, place)):
            return kept
        if known and known.body != WHOLE:  # what was taken away does not come back with its page
            there = RecordPlace(known.warc_file, known.warc_offset)
            return add_place(session, known, place, there, self._settings)
        seen_in = warc.write_exchange(page)
        if known:
            return add_place(session, known, place, seen_in, self._settings)
        record = warc.write_post(place.address, data, seen_in, place.fetched_at)
        return add_document(session, content, place, record, seen_in, self._settings)

    def hand_in(
        self,
        content: bytes | Path,
        name: str,
        *,
        media_type: str = "",
        posted: tuple[datetime, str] | None = None,
        why: tuple[str, str] = ("", ""),
    ) -> Kept:
        """Keep a file that somebody brought: a resource record in a WARC file of its own.

        Args:
            content: The file.
            name: What it is called.
            media_type: What it is.
            posted: When it was out there at the latest, and how that was written, where somebody knows.
            why: What for, and on what grounds: who handed it in, and what they said.

        Raises:
            ArchiveError: The file cannot be read or the archive cannot be written.
        """
        try:
            with BytesIO(content) if isinstance(content, bytes) else content.open("rb") as stream:
                return self._hand_in(stream, name, media_type, posted, why=why)
        except OSError as error:
            raise ArchiveError(f"{name} cannot be handed in: {error.strerror or type(error).__name__}") from error

    def keep_evidence(self, content: bytes | Path, name: str, *, media_type: str = "") -> Kept:
        """Keep a file that shows what was done, such as a certificate: held for good, and never looked through.

        Raises:
            ArchiveError: The file cannot be read or the archive cannot be written.
        """
        try:
            with BytesIO(content) if isinstance(content, bytes) else content.open("rb") as stream:
                return self._hand_in(stream, name, media_type, None, source=EVIDENCE)
        except OSError as error:
            raise ArchiveError(f"{name} cannot be kept: {error.strerror or type(error).__name__}") from error

    def read(self, document: DocumentRow) -> bytes:
        """The whole content, verified.

        Raises:
            ArchiveError: The file is missing or damaged, or the content is not the one that was kept.
        """
        return b"".join(self.stream(document))

    def stream(self, document: DocumentRow) -> Iterator[bytes]:
        """The content in pieces; the last piece comes only when the whole was verified, so read to the end.

        Of a purged document that is what is left of it.

        Raises:
            BodyGoneError: Nothing is left of it.
        """
        file, offset, wanted = document.warc_file, document.warc_offset, document.sha256
        if document.body != WHOLE:
            file, offset, wanted = self._left_of(document)
        if not any(path.exists() for path in self._names(file)):
            raise self._missing(file, offset)
        digest, pending = hashlib.sha256(), b""
        for chunk in read_content(self._names(file), offset):
            digest.update(chunk)
            if pending:
                yield pending
            pending = chunk
        if digest.hexdigest() != wanted:
            raise ArchiveError(
                f"{self.folder / file} holds another content at offset {offset}: "
                f"sha256 {digest.hexdigest()}, expected {wanted} (document {document.id})",
                hint="The file was changed after the capture: restore it from a backup.",
            )
        yield pending

    def _left_of(self, document: DocumentRow) -> tuple[str, int, str]:
        """Where what is left of a body is, and its hash."""
        with self._database.read() as session:
            removal = session.get(BodyRemoval, document.id)
        if document.body == REMOVED or removal is None or not removal.warc_file:
            raise BodyGoneError(f"the body of document {document.id} was taken away; its hash and its record stay")
        return removal.warc_file, removal.warc_offset, removal.sha256_after

    def paths_of(self, name: str) -> Sequence[StoragePlace]:
        """What a WARC file may be called on disk, the usual name first."""
        return self._names(name)

    def waiting(self, session: Session, limit: int) -> list[DocumentRow]:
        """Documents that wait for the matcher, oldest first."""
        found = session.scalars(
            select(DocumentRow).where(DocumentRow.state == "waiting").order_by(DocumentRow.id).limit(limit)
        )
        return list(found)

    def new_captures(self, session: Session, limit: int) -> list[Capture]:
        """New places of documents that were matched already: reposts that have to join their incident."""
        found = session.scalars(
            select(Capture)
            .join(DocumentRow)
            .where(Capture.state == "new", DocumentRow.state == "matched")
            .order_by(Capture.id)
            .limit(limit)
        )
        return list(found)

    def settle(self, session: Session, document_id: int, *, held: bool, clear: bool = True) -> None:
        """The matcher is done: documents of incidents are held, others stay longer when they are not clear."""
        days = self._settings.keep_clear_days if clear else self._settings.keep_unsettled_days
        until = self.clock.now() + timedelta(days=days)
        values = {"held": True} if held else {"keep_until": until}
        session.execute(
            update(DocumentRow).where(DocumentRow.id == document_id).values(state="matched", failure="", **values)
        )

    def hold(self, session: Session, document_id: int, *, held: bool = True) -> None:
        """Keep a document beyond its time, or let retention have it again."""
        session.execute(update(DocumentRow).where(DocumentRow.id == document_id).values(held=held))

    def expire(self, now: datetime) -> Expired:
        """Delete what nobody has to keep any more; see `archive.retention`."""
        with bodies_lock(self.folder, self._database, self.clock):
            return expire(self.folder, self._database, now)

    def recover(self) -> list[Recovered]:
        """Close the files of processes that died; see `archive.recovery`."""
        return recover(self.folder, self._database, self.clock)

    def _hand_in(
        self,
        stream: BinaryIO,
        name: str,
        media_type: str,
        posted: tuple[datetime, str] | None,
        source: str = HAND_IN,
        why: tuple[str, str] = ("", ""),
    ) -> Kept:
        now, digest, size = self.clock.now(), hashlib.sha256(), 0
        while chunk := stream.read(CHUNK_BYTES):
            digest.update(chunk)
            size += len(chunk)
        stream.seek(0)
        content = Content(sha256=digest.hexdigest(), size_bytes=size, media_type=media_type)
        posted_at, as_written = posted or (None, "")
        place = Place(
            source=source,
            address=name,
            fetched_at=now,
            title=name,
            posted_at=posted_at,
            posted_as_written=as_written,
            purpose=why[0],
            legal_basis=why[1],
        )
        with self._database.write() as session:
            if known := find_document(session, content.sha256):
                there = RecordPlace(known.warc_file, known.warc_offset)
                return self._placed(session, add_place(session, known, place, there, self._settings), source)
        with self.open_warc(f"{source}-{now:%Y%m%dT%H%M%S%f}-{content.sha256[:12]}") as warc:
            at = warc.write_resource(f"file:///{quote(name.lstrip('/'))}", stream, size, media_type, now)
            with self._database.write() as session:
                self._refuse_closed(session, warc)
                return self._placed(session, add_document(session, content, place, at, at, self._settings), source)

    def _placed(self, session: Session, kept: Kept, source: str) -> Kept:
        """Evidence waits for nobody from the very transaction that keeps it; anything else waits for the matcher."""
        if source == EVIDENCE:
            values: dict[str, object] = {"held": True}
            values |= {"state": EVIDENCE} if kept.new_document else {}
            session.execute(update(DocumentRow).where(DocumentRow.id == kept.document_id).values(**values))
            session.execute(update(Capture).where(Capture.id == kept.capture_id).values(state="reported"))
        return kept

    def _missing(self, file: str, offset: int) -> ArchiveError:
        """A WARC file that is not here: lost, or on the machine that wrote it."""
        with self._database.read() as session:
            host = session.scalar(select(WarcFileRow.host).where(WarcFileRow.name == file))
        path, here = self.folder / file, socket.gethostname()
        hint = "The file was removed: restore it from a backup."
        if host and host != here:
            hint = f"{host} wrote it, this is {here}: let both see one folder ([archive] folder)."
        return ArchiveError(f"{path} is missing (wanted: the record at offset {offset})", hint=hint)

    def _held(self, file: str) -> ExitStack:
        """On an object storage nothing can be locked: who writes a file holds a lease, and renews it until the end."""
        held = ExitStack()
        if isinstance(self.folder, ObjectPath):
            held.enter_context(held_lease(self._database, self.clock, f"warc:{file}", for_s=WRITER_S))
        return held

    def _refuse_closed(self, session: Session, warc: WarcFile) -> None:
        """No row refers to a file that was closed behind its writer's back: whoever closes it waits for this one."""
        if not isinstance(self.folder, ObjectPath):
            return
        is_open = select(WarcFileRow.name).where(WarcFileRow.name == warc.name, WarcFileRow.closed_at.is_(None))
        if session.scalar(is_open.with_for_update(read=True)) is None:
            raise ArchiveError(
                f"{warc.name} was closed by another machine while this one gave no sign",
                hint="Sweep again; what was captured before is kept.",
            )

    def _may_close(self, warc: WarcFile) -> bool:
        """Whether nobody closed it behind its writer's back; from here on nobody does."""
        if not isinstance(self.folder, ObjectPath):
            return True
        still = update(WarcFileRow).where(WarcFileRow.name == warc.name, WarcFileRow.closed_at.is_(None))
        with self._database.write() as session:
            closed = session.scalar(still.values(closed_at=self.clock.now()).returning(WarcFileRow.name))
        return closed is not None

    def _closed(self, warc: WarcFile) -> None:
        sealed = measure(warc.path)
        with self._database.write() as session:
            add_seal(session, warc.name, sealed, self.clock.now())
            session.execute(
                update(WarcFileRow)
                .where(WarcFileRow.name == warc.name)
                .values(closed_at=self.clock.now(), size_bytes=warc.size_bytes)
            )

    def _names(self, name: str) -> list[StoragePlace]:
        """What a file may be called at this moment; the final name twice, since it may get it while we look."""
        final = self.folder / name
        return [final, final.with_name(final.name + OPEN_SUFFIX), final]


def _content(data: bytes, *, media_type: str, charset: str, truncated: str) -> Content:
    return Content(
        sha256=hashlib.sha256(data).hexdigest(), size_bytes=len(data), media_type=media_type, charset=charset,
        truncated=truncated,
    )  # fmt: skip
