"""After a crash, a full disk or rot: what was kept is still there, and the rest is said by file and offset."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from archive.errors import ArchiveError
from archive.models import DocumentRow, WarcFileRow
from archive.objects import OPEN_SUFFIX
from archive.store import Archive
from archive.warc import WarcFile
from tests.archive.test_store import exchange, place
from tests.archive.warc_files import check, records_of

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings

WRITER = """
import sys
from datetime import UTC, datetime
from archive.records import Exchange
from archive.store import Archive, Place
from core.clock import SystemClock
from core.database import Database
from core.settings import load_settings

settings = load_settings(sys.argv[1], database={"url": sys.argv[2]})
database = Database(settings.database_url)
archive = Archive(settings, database, SystemClock())
warc = archive.open_warc("writer-1")
number = 0
while True:
    number += 1
    content = b"%d " % number * 5000
    at = datetime.now(UTC)
    address = f"http://paste.example/{number}"
    one = Exchange(address=address, fetched_at=at, body=content, content=content)
    with database.write() as session:
        archive.keep_response(
            session, warc, one, Place(source="w", address=address, fetched_at=at), media_type="", charset=""
        )
    print(number, flush=True)
"""
LIMITED = """
import resource, signal, sys
from pathlib import Path
from archive.errors import ArchiveError
from archive.warc import WarcFile
from tests.archive.test_store import exchange

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
warc = WarcFile(Path(sys.argv[1]), "2026/11/full.warc.gz")
first = warc.write_exchange(exchange("http://a.example/1", b"kept"))
size = warc.size_bytes
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 5000, size + 5000))
try:
    warc.write_exchange(exchange("http://a.example/2", __import__("os").urandom(100_000)))
except ArchiveError as error:
    print(error)
warc.write_exchange(exchange("http://a.example/3", b"kept as well"))
warc.close()
"""


@pytest.fixture
def archive(settings: Settings, database: Database, clock: SetClock) -> Archive:
    return Archive(settings, database, clock)


def test_a_killed_writer_loses_nothing_that_was_committed(
    archive: Archive, database: Database, settings: Settings
) -> None:
    command = [sys.executable, "-c", WRITER, str(settings.home), settings.database_url]
    writer = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert writer.stdout
    for _ in range(20):
        writer.stdout.readline()
    assert archive.recover() == [], "its writer lives"
    os.kill(writer.pid, signal.SIGKILL)
    writer.stdout.close()
    writer.wait()
    open_file = next(archive.folder.rglob(f"*{OPEN_SUFFIX}"))
    with open_file.open("ab") as file:  # where the kill came between records, make it one in the middle
        file.write(gzip.compress(b"WARC/1.1\r\nhalf a record" + bytes(500))[:40])

    recovered = archive.recover()
    assert [one.cut_bytes >= 40 for one in recovered] == [True]
    with database.read() as session:
        documents = session.scalars(select(DocumentRow).order_by(DocumentRow.id)).all()
        row = session.scalars(select(WarcFileRow)).one()
    assert len(documents) >= 20
    for number, document in enumerate(documents, 1):
        assert archive.read(document) == b"%d " % number * 5000
    file_now = archive.folder / recovered[0].name
    check(file_now)
    assert len([r for r in records_of(file_now) if r.kind == "response"]) >= len(documents)
    assert (row.closed_at is not None, row.size_bytes) == (True, file_now.stat().st_size)
    assert archive.recover() == []


def test_a_file_that_rotted_before_its_last_document_is_not_cut(archive: Archive, database: Database) -> None:
    warc = archive.open_warc("rot-1")
    for number in range(3):
        with database.write() as session:
            sent = exchange(f"http://a.example/{number}", os.urandom(500))
            archive.keep_response(session, warc, sent, place(sent.address), media_type="", charset="")
    warc._sink.close()  # noqa: SLF001  # as if the process had died
    data = bytearray(warc.open_path.read_bytes())
    data[len(data) // 3] ^= 0xFF
    warc.open_path.write_bytes(data)
    with pytest.raises(ArchiveError, match=rf"{warc.open_path} is damaged at offset \d+"):
        archive.recover()
    assert warc.open_path.read_bytes() == data


def test_an_open_file_without_a_record_goes(archive: Archive, database: Database) -> None:
    warc = archive.open_warc("empty-1")
    warc._sink.close()  # noqa: SLF001  # as if the process had died
    warc.open_path.write_bytes(b"\x1f\x8b")
    assert [one.size_bytes for one in archive.recover()] == [0]
    assert not list(archive.folder.rglob("*.warc.gz*"))
    with database.read() as session:
        assert session.scalars(select(WarcFileRow)).all() == []


def test_a_full_disk_is_named_and_the_file_stays_whole(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", LIMITED, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    file = tmp_path / "2026/11/full.warc.gz"
    assert f"{file}{OPEN_SUFFIX} cannot be written at offset" in done.stdout
    assert [r.content for r in records_of(file) if r.kind == "response"] == [b"kept", b"kept as well"]
    check(file)


def test_two_processes_cannot_write_one_file(tmp_path: Path) -> None:
    with WarcFile(tmp_path, "2026/11/one.warc.gz"), pytest.raises(ArchiveError, match="cannot be made"):
        WarcFile(tmp_path, "2026/11/one.warc.gz")


def test_records_are_on_disk_before_anybody_is_told(tmp_path: Path) -> None:
    warc = WarcFile(tmp_path, "2026/11/one.warc.gz")
    for number in range(50):
        at = warc.write_exchange(exchange(f"http://a.example/{number}", os.urandom(2000)))
        assert at.offset < warc.open_path.stat().st_size == warc.size_bytes
    warc.close()
    assert not warc.open_path.exists()
