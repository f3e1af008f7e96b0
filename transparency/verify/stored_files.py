"""The files that leaves vouch for: WARC files, columnar files of trails, and contents in files still being written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import select

from archive.bodies.models import WHOLE, BodyRemoval
from archive.errors import ArchiveError
from archive.models import DocumentRow, WarcSeal
from archive.seals import sha256_of
from core.removals import TRAIL_PART, WARC_FILE
from incidents.models import Event
from transparency.verify.bodies import BODY_EVENTS
from transparency.verify.damage import Damage

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy.orm import Session

    from archive.objects import StoragePlace
    from archive.store import Archive
    from transparency.verify.damage import Report

NAMED = 5
FILE_KINDS = (WARC_FILE, TRAIL_PART)


class StoredFiles:
    """Reads files through and reports what is not as their entry says."""

    def __init__(self, archive: Archive, trails_dir: Path, report: Report) -> None:
        self._archive = archive
        self._trails_dir = trails_dir
        self._report = report
        self._rewritten: dict[tuple[str, str], str] | None = None

    def is_missing(self, kind: str, entry: bytes) -> bool:
        """Whether the file of an entry is not there; retention may have removed it."""
        return not self._path(kind, json.loads(entry)).is_file()

    def check(self, kind: str, entry: bytes, position: int, at: datetime | None, session: Session) -> None:
        """Compare the file of an entry with the hash in the entry."""
        said = json.loads(entry)
        path = self._path(kind, said)
        try:
            with path.open("rb") as file:
                digest = sha256_of(file)
                self._report.size_bytes += file.tell()
        except OSError as error:
            self._report.add(Damage("file-missing", str(path), position, at, error.strerror or type(error).__name__))
            return
        self._report.files += 1
        if digest != said["sha256"]:
            if kind == WARC_FILE and self._is_told(session, said["name"], said["sha256"], digest):
                return
            words = f"sha256 {digest}, the log says {said['sha256']}"
            if kind == WARC_FILE:
                words += self._which(session, said["name"])
            self._report.add(Damage("file-altered", str(path), position, at, words))

    def _is_told(self, session: Session, name: str, before: str, digest: str) -> bool:
        """Whether events tell how a file came from one content to another: bodies in it were purged or removed."""
        if self._rewritten is None:
            told = session.scalars(select(Event.data).where(Event.kind.in_(BODY_EVENTS)))
            self._rewritten = {
                (file["name"], file["before"]): file["after"] for data in told for file in data.get("files", ())
            }
        steps = dict(self._rewritten)
        while before != digest and (name, before) in steps:
            before = steps.pop((name, before))
        return before == digest

    def check_left(self, session: Session) -> None:
        """Read what is left of purged bodies: each has the hash that its event says."""
        asked = select(DocumentRow).join(BodyRemoval, BodyRemoval.document_id == DocumentRow.id)
        for document in session.scalars(asked.where(BodyRemoval.warc_file != "").order_by(DocumentRow.id)):
            if problem := self._problem(document):
                where = f"what is left of document {document.id}"
                self._report.add(Damage("content-altered", where, self._report.size, document.first_seen_at, problem))

    def check_unsealed(self, session: Session) -> None:
        """Read the documents in files that a sweep still writes: their own hashes vouch for them."""
        sealed = select(WarcSeal.id).where(WarcSeal.name == DocumentRow.warc_file)
        for document in session.scalars(
            select(DocumentRow).where(~sealed.exists(), DocumentRow.body == WHOLE).order_by(DocumentRow.id)
        ):
            if problem := self._problem(document):
                where = f"document {document.id} ({document.warc_file} at {document.warc_offset})"
                self._report.add(Damage("content-altered", where, self._report.size, document.first_seen_at, problem))

    def _path(self, kind: str, said: dict[str, str]) -> StoragePlace:
        return self._archive.folder / said["name"] if kind == WARC_FILE else self._trails_dir / said["path"]

    def _which(self, session: Session, name: str) -> str:
        """Which documents in a WARC file are not readable as they were captured."""
        documents = session.scalars(
            select(DocumentRow)
            .where(DocumentRow.warc_file == name, DocumentRow.body == WHOLE)
            .order_by(DocumentRow.warc_offset)
        )
        damaged = [str(document.id) for document in documents if self._problem(document)]
        if not damaged:
            return "; every document in it still reads as captured"
        return f"; document {', '.join(damaged[:NAMED])}{' and more' * (len(damaged) > NAMED)} no longer as captured"

    def _problem(self, document: DocumentRow) -> str:
        try:
            _read_out(self._archive.stream(document))
        except ArchiveError as error:
            return str(error)
        return ""


def _read_out(pieces: Iterable[bytes]) -> None:
    for _ in pieces:
        pass
