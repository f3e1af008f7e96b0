"""Retention: documents nobody has to keep go, with their WARC file, as soon as nothing in that file is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, delete, exists, or_, select

from archive.bodies.models import BEGUN, BodyRemoval
from archive.errors import ArchiveError
from archive.models import Capture, DocumentRow, WarcFileRow, WarcSeal
from archive.objects import name_in, rename
from core.removals import CAPTURE, DOCUMENT, WARC_FILE, note_removals

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from archive.objects import StoragePlace
    from core.database import Database

EXPIRED_SUFFIX = ".expired"


@dataclass(frozen=True, slots=True)
class Expired:
    """What one run deleted."""

    files: int
    documents: int
    size_bytes: int


def expire(folder: StoragePlace, database: Database, now: datetime) -> Expired:
    """Delete every closed WARC file in which nothing is kept, and the rows of its documents.

    A file is first renamed, then its rows go in one transaction that asks again, then it is deleted: whatever moment
    the process dies at, the next run either finishes or puts the file back.

    Raises:
        ArchiveError: A file cannot be renamed or deleted.
    """
    _finish_interrupted(folder, database)
    files = documents = size = 0
    for name in _candidates(database, now):
        path = folder / name
        put_away = path.with_name(path.name + EXPIRED_SUFFIX)
        try:
            length = path.stat().st_size if path.exists() else 0
            if length:
                rename(path, put_away)
            gone = _delete_rows(database, name, now)
            if gone is None:
                rename(put_away, path)
                continue
            put_away.unlink(missing_ok=True)
        except OSError as error:
            raise ArchiveError(f"{path} cannot be deleted: {error.strerror}") from error
        files, documents, size = files + 1, documents + gone, size + length
    return Expired(files, documents, size)


def _kept(now: datetime) -> ColumnElement[bool]:
    begun = select(BodyRemoval.document_id).where(BodyRemoval.state == BEGUN)  # its row says what is to be finished
    return or_(
        DocumentRow.held, DocumentRow.keep_until > now, DocumentRow.state == "waiting", DocumentRow.id.in_(begun)
    )


def _nothing_kept(now: datetime) -> ColumnElement[bool]:
    """Neither a document in the file nor a place of a document elsewhere is kept."""
    in_file = exists().where(DocumentRow.warc_file == WarcFileRow.name, _kept(now))
    place = exists().where(Capture.warc_file == WarcFileRow.name, Capture.document_id == DocumentRow.id, _kept(now))
    left = exists().where(BodyRemoval.warc_file == WarcFileRow.name)  # its document's own file goes first
    return ~in_file & ~place & ~left


def _candidates(database: Database, now: datetime) -> list[str]:
    with database.read() as session:
        return list(
            session.scalars(select(WarcFileRow.name).where(WarcFileRow.closed_at.is_not(None), _nothing_kept(now)))
        )


def _delete_rows(database: Database, name: str, now: datetime) -> int | None:
    """How many documents went, or None when one of them is kept after all."""
    with database.write() as session:
        session.scalars(select(DocumentRow).where(DocumentRow.warc_file == name).with_for_update()).all()
        if session.scalar(select(WarcFileRow.name).where(WarcFileRow.name == name, _nothing_kept(now))) is None:
            return None
        return _delete_file_rows(session, name, now)


def _delete_file_rows(session: Session, name: str, now: datetime) -> int:
    documents = session.scalars(select(DocumentRow.id).where(DocumentRow.warc_file == name)).all()
    of_file: Any = select(DocumentRow.id).where(DocumentRow.warc_file == name)
    captures = session.scalars(select(Capture.id).where(Capture.document_id.in_(of_file))).all()
    seals = session.scalars(select(WarcSeal.id).where(WarcSeal.name == name)).all()
    for kind, ids in ((CAPTURE, captures), (DOCUMENT, documents), (WARC_FILE, seals)):
        note_removals(session, kind, ids, now=now)
    session.execute(delete(Capture).where(Capture.document_id.in_(of_file)))
    session.execute(delete(DocumentRow).where(DocumentRow.warc_file == name))
    session.execute(delete(WarcFileRow).where(WarcFileRow.name == name))
    return len(documents)


def _finish_interrupted(folder: StoragePlace, database: Database) -> None:
    for put_away in folder.glob(f"*/*/*{EXPIRED_SUFFIX}"):
        path = put_away.with_name(put_away.name.removesuffix(EXPIRED_SUFFIX))
        with database.read() as session:
            row = session.get(WarcFileRow, name_in(path, folder))
        if row is None:
            put_away.unlink()
        else:
            rename(put_away, path)
