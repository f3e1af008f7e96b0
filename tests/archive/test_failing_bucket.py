"""An archive in a bucket whose server fails as it likes, and writers that are killed: all of a document, or none."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, update

from archive.errors import ArchiveError
from archive.models import Capture, DocumentRow, WarcFileRow
from archive.objects import OPEN_SUFFIX
from archive.store import Archive
from core.clock import SystemClock
from core.leases import Lease
from core.settings import load_settings
from tests.archive.test_objects import in_bucket, keep, read
from tests.servers.failing_http import failing_proxy
from tests.targets.moto import S3Server, s3_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.clock import SetClock
    from core.database import Database

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """A bucket."""
    with s3_server(tmp_path_factory.mktemp("s3")) as running:
        yield running


def settle(store: Archive, database: Database) -> None:
    """What the next process does once the dead one's leases have ended."""
    with database.write() as session:
        session.execute(update(Lease).values(until_at=store.clock.now()))
    store.recover()


def sound(store: Archive, database: Database) -> dict[int, bytes]:
    """Every document that has a row, read; files and their rows agree."""
    with database.read() as session:
        ids = session.scalars(select(DocumentRow.id)).all()
        assert session.scalar(select(func.count()).select_from(Capture)) == len(ids)
        files = {row.name: row for row in session.scalars(select(WarcFileRow))}
    there = {f"{path}".removeprefix(f"{store.folder}/"): path for path in store.folder.glob("*/*/*")}
    assert not [name for name in there if name.endswith(OPEN_SUFFIX)]
    assert {name for name, row in files.items() if row.closed_at} <= there.keys()
    return {one: read(store, database, one) for one in ids}


@pytest.mark.parametrize("seed", range(3))
def test_whatever_fails_each_document_is_whole_or_was_refused(
    server: S3Server, home: Path, database_url: str, database: Database, clock: SetClock, seed: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    if seed:  # nothing is tried again, so that failures get through
        monkeypatch.setattr("archive.objects._TRIES", 0)
        monkeypatch.setattr("s3fs.S3FileSystem.retries", 1)
    chance = random.Random(seed)  # noqa: S311  # what is kept and how large it is
    with failing_proxy(server.url, random.Random(seed + 100)) as line:  # noqa: S311  # what fails
        kept = in_bucket(server, home, database_url, s3_endpoint=line.url)
        store = Archive(load_settings(home, database={"url": database_url}, archive=kept), database, clock)
        line.percent = 25 if seed else 15
        given: dict[int, bytes] = {}
        refused = 0
        for number in range(12):
            body = chance.randbytes(chance.choice([1, 1000, 200_000]))
            try:
                if chance.random() < 0.5:
                    given[store.hand_in(body, f"{number}.txt").document_id] = body
                    continue
                with store.open_warc(f"sweep-{number}") as warc:
                    for part in range(chance.randrange(1, 4)):
                        named = body + bytes([part])
                        given[keep(store, database, warc, clock, named, f"{number}-{part}")] = named
            except ArchiveError:
                refused += 1
        line.percent = 0
        assert bool(refused) == bool(seed)
        assert sum(line.failed.values()) > refused
        settle(store, database)
        found = sound(store, database)
    assert {one: found[one] for one in given} == given


WRITER = """
import sys
from pathlib import Path
from archive.store import Archive
from core.clock import SystemClock
from core.database import Database
from core.settings import load_settings
from tests.archive.test_objects import keep
home, url, folder, endpoint, region, access, secret = sys.argv[1:8]
archive = {
    "folder": folder, "s3_endpoint": endpoint, "s3_region": region, "s3_access_key": access, "s3_secret_key": secret
}
clock = SystemClock()
database = Database(url)
store = Archive(load_settings(Path(home), database={"url": url}, archive=archive), database, clock)
for number in range(1000):
    with store.open_warc(f"sweep-{number}") as warc:
        for part in range(3):
            keep(store, database, warc, clock, f"{number}.{part} ".encode() * 60_000, f"{number}-{part}")
            print(number, part, flush=True)
"""


@pytest.mark.parametrize("seed", range(3))
def test_a_writer_that_is_killed_leaves_whole_documents(
    server: S3Server, home: Path, database_url: str, database: Database, seed: int
) -> None:
    chance, clock = random.Random(seed), SystemClock()  # noqa: S311  # the moment of the kill
    kept = in_bucket(server, home, database_url)
    words = [str(home), database_url, *kept.values()]
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, *words], stdout=subprocess.PIPE, text=True, env=dict(os.environ)
    )
    assert writer.stdout is not None
    try:
        told = [writer.stdout.readline() for _ in range(chance.randrange(1, 6))]
        time.sleep(chance.random() * 0.2)
    finally:
        writer.kill()
        told += writer.stdout.readlines()
        writer.wait()
        writer.stdout.close()
    store = Archive(load_settings(home, database={"url": database_url}, archive=kept), database, clock)
    settle(store, database)
    found = set(sound(store, database).values())
    said = [line.split() for line in told if line.endswith("\n")]
    assert {f"{number}.{part} ".encode() * 60_000 for number, part in said} <= found
    assert all(len(set(body.split())) == 1 for body in found)
