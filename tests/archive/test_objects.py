"""An archive in a bucket of a real S3 server: what a folder does, it does, whatever fails in between."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from archive.bodies.models import REMOVED
from archive.bodies.removal import Body, remove_bodies
from archive.errors import ArchiveError, BodyGoneError, StorageError
from archive.models import Capture, DocumentRow, WarcFileRow, WarcSeal
from archive.objects import OPEN_SUFFIX, ObjectPath, probe
from archive.records import Exchange
from archive.store import Archive, Place
from core.leases import Lease
from core.settings import load_settings
from tests.targets.moto import BUCKET, REGION, S3Server, s3_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy.orm import Session

    from archive.warc import WarcFile
    from core.clock import SetClock
    from core.database import Database

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """A bucket."""
    with s3_server(tmp_path_factory.mktemp("s3")) as running:
        yield running


def in_bucket(server: S3Server, home: Path, database_url: str, **changed: str) -> dict[str, str]:
    del database_url
    return {
        "folder": f"s3://{BUCKET}/{home.parent.name}", "s3_endpoint": server.url, "s3_region": REGION,
        "s3_access_key": server.access_key, "s3_secret_key": server.secret_key, **changed,
    }  # fmt: skip


@pytest.fixture(params=["folder", "bucket"])
def store(
    request: pytest.FixtureRequest, home: Path, database_url: str, database: Database, clock: SetClock
) -> Archive:
    """An archive of either kind."""
    kept = {}
    if request.param == "bucket":
        kept = in_bucket(request.getfixturevalue("server"), home, database_url)
    return Archive(load_settings(home, database={"url": database_url}, archive=kept), database, clock)


def keep(store: Archive, database: Database, warc: WarcFile, clock: SetClock, body: bytes, name: str) -> int:
    address = f"http://site.invalid/{name}"
    exchange = Exchange(address=address, fetched_at=clock.now(), body=body, content=body)
    place = Place(source="a", address=address, fetched_at=clock.now())
    with database.write() as session:
        kept = store.keep_response(session, warc, exchange, place, media_type="text/plain", charset="utf-8")
    return kept.document_id


def read(store: Archive, database: Database, document_id: int) -> bytes:
    with database.read() as session:
        return store.read(session.get_one(DocumentRow, document_id))


def names(store: Archive, pattern: str = "*/*/*") -> list[str]:
    return sorted(path.name for path in store.folder.glob(pattern))


def test_every_record_can_be_read_as_soon_as_its_row_is_there_and_after_the_file_was_closed(
    store: Archive, database: Database, clock: SetClock
) -> None:
    bodies = [bytes([65 + n]) * (n * 70_000 + 1) for n in range(4)]
    with store.open_warc("sweep-1") as warc:
        kept = [keep(store, database, warc, clock, body, str(n)) for n, body in enumerate(bodies)]
        assert [read(store, database, one) for one in kept] == bodies
        assert names(store) == [f"sweep-1.warc.gz{OPEN_SUFFIX}"]
    assert names(store) == ["sweep-1.warc.gz"]
    assert [read(store, database, one) for one in kept] == bodies
    with database.read() as session:
        (row,), (seal,) = session.scalars(select(WarcFileRow)), session.scalars(select(WarcSeal))
        assert row.size_bytes == seal.size_bytes == (store.folder / row.name).stat().st_size
        assert list(session.scalars(select(Lease))) == []


def test_what_a_dead_writer_left_is_closed_and_read_and_the_living_ones_left_alone(
    store: Archive, database: Database, clock: SetClock
) -> None:
    if not isinstance(store.folder, ObjectPath):
        pytest.skip("a lock ends with its process: see test_recovery")
    warc = store.open_warc("sweep-1")
    first = keep(store, database, warc, clock, b"first", "1")
    assert store.recover() == []
    with database.write() as session:  # as if it had given no sign
        session.execute(update(Lease).values(until_at=clock.now()))
    (recovered,) = store.recover()
    assert recovered.name.endswith("sweep-1.warc.gz")
    with pytest.raises(ArchiveError, match="was closed by another machine"):
        keep(store, database, warc, clock, b"second", "2")
    warc.close()  # too late: what is sealed stays as it is
    store.recover()
    with database.read() as session:
        documents = session.scalars(select(DocumentRow.id)).all()
    assert documents == [first]
    assert read(store, database, first) == b"first"
    assert names(store) == ["sweep-1.warc.gz"]


def test_what_nobody_keeps_goes_with_its_file(store: Archive, database: Database, clock: SetClock) -> None:
    kept = store.hand_in(b"text", "text.txt")
    with database.write() as session:
        session.execute(update(DocumentRow).values(state="matched", keep_until=clock.now()))
    clock.advance(timedelta(days=1))
    assert store.expire(clock.now()).documents == 1
    assert names(store) == []
    with database.read() as session:
        assert session.get(Capture, kept.capture_id) is None


def test_a_removed_body_is_gone_from_the_storage(store: Archive, database: Database, clock: SetClock) -> None:
    gone = store.hand_in(b"somebody's row 090-0000-1234", "gone.txt")
    with database.write() as session:
        session.execute(update(DocumentRow).values(state="matched"))

    def tell(session: Session, told: object) -> int:
        del session, told
        return 1

    body = Body(document_id=gone.document_id, how=REMOVED, figures={"gone": []})
    remove_bodies(store, database, clock, [body], rule="", tell=tell, forget=lambda _: None)
    with pytest.raises(BodyGoneError):
        read(store, database, gone.document_id)
    (name,) = names(store)
    with database.read() as session:
        (row,) = session.scalars(select(WarcFileRow))
    with (store.folder / row.name).open("rb") as file:
        content = file.read()
    assert name.endswith(".warc.gz")
    assert len(content) == row.size_bytes
    assert b"090-0000" not in content


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"s3_secret_key": "made-up-wrong-key"}, "the credentials are refused"),
        ({"folder": "s3://nobodys/archive"}, "there is no such bucket"),
        ({"s3_endpoint": "http://127.0.0.1:9"}, "EndpointConnectionError"),
    ],
)
def test_a_storage_that_cannot_be_used_is_said_without_its_secrets(
    server: S3Server, home: Path, database_url: str, database: Database, clock: SetClock,
    changed: dict[str, str], said: str,
) -> None:  # fmt: skip
    kept = in_bucket(server, home, database_url, **changed)
    store = Archive(load_settings(home, database={"url": database_url}, archive=kept), database, clock)
    assert isinstance(store.folder, ObjectPath)
    with pytest.raises(StorageError, match=said) as caught:
        probe(store.folder)
    assert "made-up-wrong-key" not in str(caught.value)
    with pytest.raises(ArchiveError):
        store.hand_in(b"text", "text.txt")
    with database.read() as session:
        assert list(session.scalars(select(DocumentRow))) == []


def test_a_probe_leaves_nothing(server: S3Server, home: Path, database_url: str) -> None:
    from archive.objects import open_bucket

    settings = load_settings(home, archive=in_bucket(server, home, database_url))
    place = open_bucket(settings.archive)
    probe(place)
    assert list(place.glob("*")) == []
