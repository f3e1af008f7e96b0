"""What nobody has to keep goes, whole files at a time; what an incident holds stays."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from archive.bodies.models import DONE, REMOVED, BodyRemoval
from archive.models import Capture, DocumentRow, WarcFileRow
from archive.retention import EXPIRED_SUFFIX, Expired
from archive.store import Archive
from tests.archive.test_store import exchange, place

if TYPE_CHECKING:
    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings

LONG = timedelta(days=3660)


@pytest.fixture
def archive(settings: Settings, database: Database, clock: SetClock) -> Archive:
    return Archive(settings, database, clock)


def keep(archive: Archive, database: Database, name: str, *contents: bytes) -> list[int]:
    ids = []
    with archive.open_warc(name) as warc:
        for content in contents:
            sent = exchange(f"http://{name}.example/{content.decode()}", content)
            with database.write() as session:
                there = place(sent.address, name)
                kept = archive.keep_response(session, warc, sent, there, media_type="", charset="")
                ids.append(kept.document_id)
    return ids


def settle(archive: Archive, database: Database, ids: list[int], *, held: bool = False) -> None:
    with database.write() as session:
        for document_id in ids:
            archive.settle(session, document_id, held=held)


def counts(database: Database) -> tuple[int, int, int]:
    with database.read() as session:
        tables = (DocumentRow, Capture, WarcFileRow)
        first, second, third = (session.scalar(select(func.count()).select_from(table)) or 0 for table in tables)
        return first, second, third


def test_a_file_goes_when_nothing_in_it_is_kept(archive: Archive, database: Database, clock: SetClock) -> None:
    clear = keep(archive, database, "clear-1", b"a", b"b")
    mixed = keep(archive, database, "mixed-1", b"c", b"d")
    keep(archive, database, "waiting-1", b"e")
    settle(archive, database, clear + mixed[:1])
    settle(archive, database, mixed[1:], held=True)
    assert archive.expire(clock.now()) == Expired(0, 0, 0)
    now = clock.advance(LONG)
    size = (archive.folder / "2026/11/clear-1.warc.gz").stat().st_size
    assert archive.expire(now) == Expired(1, 2, size)
    assert sorted(file.name for file in archive.folder.rglob("*.*")) == ["mixed-1.warc.gz", "waiting-1.warc.gz"]
    assert counts(database) == (3, 3, 2)
    with database.read() as session:
        assert archive.read(session.get_one(DocumentRow, mixed[1])) == b"d"


def test_documents_of_incidents_outlive_every_limit(archive: Archive, database: Database, clock: SetClock) -> None:
    held = keep(archive, database, "held-1", b"a")
    settle(archive, database, held, held=True)
    assert archive.expire(clock.advance(timedelta(days=20_000))).documents == 0
    with database.write() as session:
        archive.hold(session, held[0], held=False)
    assert archive.expire(clock.now()).documents == 1


def test_the_record_of_a_place_is_kept_as_long_as_its_document(
    archive: Archive, database: Database, clock: SetClock
) -> None:
    first = keep(archive, database, "first-1", b"a")
    keep(archive, database, "second-1", b"a")
    settle(archive, database, first, held=True)
    assert archive.expire(clock.advance(LONG)).files == 0
    with database.write() as session:
        archive.hold(session, first[0], held=False)
    assert archive.expire(clock.advance(timedelta(days=20_000))).files == 2
    assert counts(database) == (0, 0, 0)


def test_a_document_seen_again_is_kept_for_longer(archive: Archive, database: Database, clock: SetClock) -> None:
    settle(archive, database, keep(archive, database, "a-1", b"a"))
    with database.write() as session:
        session.scalars(select(DocumentRow)).one().keep_until = clock.now()
    keep(archive, database, "b-1", b"a")
    assert archive.expire(clock.advance(timedelta(days=10))).documents == 0


@pytest.mark.parametrize("rows_gone", [True, False])
def test_an_interrupted_run_is_finished_or_undone(
    archive: Archive, database: Database, clock: SetClock, *, rows_gone: bool
) -> None:
    ids = keep(archive, database, "a-1", b"a")
    settle(archive, database, ids, held=not rows_gone)
    file = archive.folder / "2026/11/a-1.warc.gz"
    file.rename(file.with_name(file.name + EXPIRED_SUFFIX))
    if rows_gone:
        with database.write() as session:
            for row in (*session.scalars(select(Capture)), *session.scalars(select(WarcFileRow))):
                session.delete(row)
            session.flush()
            session.delete(session.get_one(DocumentRow, ids[0]))
    archive.expire(clock.now())
    assert file.exists() != rows_gone
    assert not list(archive.folder.rglob(f"*{EXPIRED_SUFFIX}"))


def test_a_file_that_is_missing_already_does_not_stop_the_others(
    archive: Archive, database: Database, clock: SetClock
) -> None:
    settle(archive, database, keep(archive, database, "a-1", b"a") + keep(archive, database, "b-1", b"b"))
    (archive.folder / "2026/11/a-1.warc.gz").unlink()
    assert archive.expire(clock.advance(LONG)).files == 2
    assert counts(database) == (0, 0, 0)


def test_a_document_whose_body_is_being_taken_away_goes_after_that(
    archive: Archive, database: Database, clock: SetClock
) -> None:
    (number,) = keep(archive, database, "one", b"a")
    with database.write() as session:
        archive.settle(session, number, held=False)
    clock.advance(LONG)
    with database.write() as session:
        session.add(
            BodyRemoval(
                document_id=number,
                event_id=1,
                how=REMOVED,
                sha256_after="",
                size_after=0,
                gone=[],
                files=[],
                at=clock.now(),
            )
        )
    assert archive.expire(clock.now()).documents == 0
    with database.write() as session:
        session.get_one(BodyRemoval, number).state = DONE
    assert archive.expire(clock.now()).documents == 1
