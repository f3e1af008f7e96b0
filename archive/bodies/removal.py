"""Taking bodies away so that nothing half is left: everything is made ready beside, told in one transaction, then done.

Blanked files are written beside the present ones and measured; what may stay of a body is kept in a WARC file of its
own. Then one transaction writes the event, the new seals and the rows that readers go by: from there on the body counts
as gone. Files are then put in place, which is a rename each. Whoever dies before the transaction leaves files that
nobody refers to, which `finish_removals` deletes; whoever dies after it leaves renames, which it makes up for.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from archive.bodies.blanking import write_blanked
from archive.bodies.models import BEGUN, DONE, REMOVED, WHOLE, BodyRemoval
from archive.bodies.records import captured_records, find_records, own_records
from archive.errors import ArchiveError
from archive.models import DocumentRow, WarcSeal
from archive.objects import ObjectPath, rename
from archive.seals import Measured, measure
from core.files import sync_file, sync_folder
from core.hosts.holding import held_lease

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy.orm import Session

    from archive.bodies.records import Places
    from archive.objects import StoragePlace
    from archive.store import Archive
    from core.clock import Clock
    from core.database import Database

Kept = Mapping[tuple[str, int], int]
"""Records that have to stay, as file and offset, with the document that was captured with them."""
BLANKED_SUFFIX: Final = ".blanked"
LOCK_S: Final = 120.0
NOTHING: Final = hashlib.sha256().hexdigest()
"""The hash of a body of which nothing is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """One body that is to be taken away.

    Attributes:
        document_id: Whose.
        how: `archive.bodies.models.PURGED` or `REMOVED`.
        left: The file of what may stay; None where nothing does.
        lines: Of the body, those that must not stay: by them the pages are known that show it.
        more: Further records of it, such as pictures, as file and offset.
        figures: What the row says of it: ``form``, ``people``, ``ours``, ``gone``.
    """

    document_id: int
    how: str
    left: Path | None = None
    lines: Sequence[str] = ()
    more: Sequence[tuple[str, int]] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TakenAway:
    """What the event of a removal says: hash and size after of each body, and the files before and after."""

    after: Mapping[int, tuple[str, int]]
    files: list[dict[str, Any]]


class NotWholeError(ArchiveError):
    """A body is not as it was when it was looked at: purged or removed meanwhile, waiting, or held."""


class SharedRecordError(ArchiveError):
    """A record that would have to go is what another document was captured with, and that has to stay as it is."""

    def __init__(self, name: str, offset: int, document_id: int) -> None:
        super().__init__(f"{name} at offset {offset} has to stay: document {document_id} was captured with it")
        self.document_id = document_id


def _none_kept(session: Session) -> Kept:
    del session
    return {}


@contextmanager
def bodies_lock(folder: StoragePlace, database: Database, clock: Clock) -> Iterator[None]:
    """One process at a time writes files of the archive anew, or deletes them; a bucket is locked by a lease."""
    if isinstance(folder, ObjectPath):
        with held_lease(database, clock, "archive:bodies", for_s=LOCK_S):
            yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def remove_bodies(
    archive: Archive,
    database: Database,
    clock: Clock,
    bodies: Sequence[Body],
    *,
    rule: str,
    tell: Callable[[Session, TakenAway], int],
    forget: Callable[[Sequence[tuple[str, int]]], None],
    kept: Callable[[Session], Kept] = _none_kept,
) -> TakenAway:
    """Take bodies away, with one event.

    A page that shows other documents as well stays as long as any of those is whole, where a body is removed; where one
    is purged, it goes, unless it is among those that have to stay.

    Args:
        archive: Whose they are.
        database: Of the archive.
        clock: Says when.
        bodies: Which, and what stays of each.
        rule: By which rule; empty where a person decided.
        tell: Writes the event in the transaction that counts, and gives its number; raises where one must not go
            after all.
        forget: Removes copies elsewhere, of contents by hash and size; called again after a crash.
        kept: Says which records have to stay; asked again in the transaction that counts.

    Raises:
        ArchiveError: A file is still being written, is missing, or cannot be written.
        NotWholeError: One of the bodies is gone already, or waits to be judged.
        SharedRecordError: One of their records has to stay.
    """
    with bodies_lock(archive.folder, database, clock):
        _finish(archive.folder, database, forget)  # what is put in place later must not be written over
        with database.read() as session:
            places = _places(session, archive.folder, bodies)
            _refuse_kept(places, kept(session))
        ready: dict[str, tuple[Measured, Measured]] = {}
        try:
            for name, offsets in places.items():
                ready[name] = _blank(archive.folder, name, offsets, clock)
            left = {body.document_id: _keep(archive, body, clock) for body in bodies}
            told = TakenAway(
                {document_id: (one[0], one[1]) for document_id, one in left.items()},
                [{"name": name, "before": old.sha256, "after": new.sha256} for name, (old, new) in ready.items()],
            )
            with database.write() as session:
                _refuse_kept(places, kept(session))
                gone = _write_down(session, clock, bodies, left, told, rule=rule, tell=tell)
                for name, (_, new) in ready.items():
                    session.add(
                        WarcSeal(name=name, sha256=new.sha256, size_bytes=new.size_bytes, sealed_at=clock.now())
                    )
        except BaseException:
            for name in places:
                _beside(archive.folder / name).unlink(missing_ok=True)
            raise
        _put_in_place(archive.folder, told.files)
        forget(gone)
        _set_done(database, [body.document_id for body in bodies])
    return told


def finish_removals(archive: Archive, database: Database, forget: Callable[[Sequence[tuple[str, int]]], None]) -> int:
    """Finish what a process that died had begun; how many bodies that concerned."""
    with database.read() as session:
        is_begun = session.scalar(select(BodyRemoval.document_id).where(BodyRemoval.state == BEGUN).limit(1))
    if is_begun is None and next(archive.folder.glob(f"*/*/*{BLANKED_SUFFIX}"), None) is None:
        return 0
    with bodies_lock(archive.folder, database, archive.clock):
        return _finish(archive.folder, database, forget)


def _finish(folder: StoragePlace, database: Database, forget: Callable[[Sequence[tuple[str, int]]], None]) -> int:
    with database.read() as session:
        begun = session.scalars(select(BodyRemoval).where(BodyRemoval.state == BEGUN)).all()
        ids = [row.document_id for row in begun]
        documents = select(DocumentRow.sha256, DocumentRow.size_bytes).where(DocumentRow.id.in_(ids))
        gone = [(sha256, size) for sha256, size in session.execute(documents)]
    if ids:
        _put_in_place(folder, [file for row in begun for file in row.files])
        forget(gone)
        _set_done(database, ids)
    _clear_away(folder, database)
    return len(ids)


def _places(session: Session, folder: StoragePlace, bodies: Sequence[Body]) -> Places:
    places: Places = {}
    ids = {body.document_id for body in bodies}
    own, captured = own_records(session, ids), captured_records(session, ids)
    for body in bodies:
        document = session.get(DocumentRow, body.document_id)
        if document is None or document.body != WHOLE:
            raise NotWholeError(f"the body of document {body.document_id} is gone already")
        others = own | captured if body.how == REMOVED else own
        for name, offsets in find_records(session, folder, document, body.lines, body.more, others).items():
            places.setdefault(name, set()).update(offsets)
    return places


def _refuse_kept(places: Places, kept: Kept) -> None:
    for (name, offset), document_id in kept.items():
        if offset in places.get(name, ()):
            raise SharedRecordError(name, offset, document_id)


def _blank(folder: StoragePlace, name: str, offsets: set[int], clock: Clock) -> tuple[Measured, Measured]:
    path = folder / name
    try:
        write_blanked(path, _beside(path), offsets, clock.now())
        if isinstance(path, Path):
            sync_file(Path(str(_beside(path))))
        return measure(path), measure(_beside(path))
    except OSError as error:
        raise ArchiveError(f"{path} cannot be written anew: {error.strerror or type(error).__name__}") from error


def _keep(archive: Archive, body: Body, clock: Clock) -> tuple[str, int, str, int]:
    """Hash, size and place of what stays of a body."""
    if body.left is None:
        return NOTHING, 0, "", 0
    now, measured = clock.now(), measure(body.left)
    name = f"left-{body.document_id}-{now:%Y%m%dT%H%M%S%f}-{measured.sha256[:12]}"
    with archive.open_warc(name) as warc, body.left.open("rb") as stream:
        at = warc.write_resource(
            f"urn:hinomi:document:{body.document_id}", stream, measured.size_bytes, "text/plain", now
        )
    return measured.sha256, measured.size_bytes, at.file, at.offset


def _write_down(
    session: Session,
    clock: Clock,
    bodies: Sequence[Body],
    left: Mapping[int, tuple[str, int, str, int]],
    told: TakenAway,
    *,
    rule: str,
    tell: Callable[[Session, TakenAway], int],
) -> list[tuple[str, int]]:
    """The event and the rows; the contents that are gone with it, by hash and size."""
    gone, documents = [], []
    for body in bodies:
        document = session.get(DocumentRow, body.document_id, with_for_update=True)
        if document is None or document.body != WHOLE or document.state == "waiting":
            raise NotWholeError(f"document {body.document_id} is about to be looked at, or its body is gone already")
        documents.append(document)
        gone.append((document.sha256, document.size_bytes))
    event_id = tell(session, told)
    for body, document in zip(bodies, documents, strict=True):
        sha256, size, file, offset = left[body.document_id]
        files = told.files if body is bodies[0] else []
        document.body = body.how
        session.add(
            BodyRemoval(
                document_id=body.document_id, event_id=event_id, how=body.how, sha256_after=sha256, size_after=size,
                warc_file=file, warc_offset=offset, files=files, rule=rule, at=clock.now(), **body.figures,
            )
        )  # fmt: skip
    return gone


def _put_in_place(folder: StoragePlace, files: Sequence[Mapping[str, Any]]) -> None:
    for file in files:
        path = folder / file["name"]
        if _beside(path).is_file() and measure(_beside(path)).sha256 == file["after"]:
            rename(_beside(path), path)
            if isinstance(path, Path):
                sync_folder(path.parent)


def _set_done(database: Database, ids: Sequence[int]) -> None:
    with database.write() as session:
        for row in session.scalars(select(BodyRemoval).where(BodyRemoval.document_id.in_(ids))):
            row.state = DONE


def _clear_away(folder: StoragePlace, database: Database) -> None:
    """Delete blanked files that nobody told of."""
    with database.read() as session:
        begun = session.scalars(select(BodyRemoval.files).where(BodyRemoval.state == BEGUN)).all()
    told = {_beside(folder / file["name"]) for files in begun for file in files}
    for path in folder.glob(f"*/*/*{BLANKED_SUFFIX}"):
        if path not in told:
            path.unlink(missing_ok=True)


def _beside(path: StoragePlace) -> StoragePlace:
    return path.with_name(path.name + BLANKED_SUFFIX)
