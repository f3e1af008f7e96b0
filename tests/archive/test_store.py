"""What goes into the archive comes out of it, once, verified, with every place it was seen."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from archive.errors import ArchiveError
from archive.models import EVIDENCE, Capture, DocumentRow, WarcFileRow
from archive.records import Exchange
from archive.store import HAND_IN, Archive, Place
from tests.archive.warc_files import check, records_of

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings

AT = datetime(2026, 11, 22, 1, 2, 3, 456789, tzinfo=UTC)
POST = '名簿を売ります。髙﨑 惠 ～\\ ㈱ ①\n<script>alert(1)</script> & "quotes"'


@pytest.fixture
def archive(settings: Settings, database: Database, clock: SetClock) -> Archive:
    return Archive(settings, database, clock)


def exchange(address: str = "http://paste.example/1/raw", content: bytes = b"hello", **more: object) -> Exchange:
    values: dict[str, object] = {
        "address": address, "fetched_at": AT, "body": content, "content": content,
        "request_headers": (("User-Agent", "Hinomi"), ("Accept", "*/*")),
        "headers": (("Content-Type", "text/plain"), ("Server", "test"), ("Transfer-Encoding", "chunked")),
    }  # fmt: skip
    return Exchange(**(values | more))  # type: ignore[arg-type]


def place(address: str = "http://paste.example/1/raw", source: str = "pastes") -> Place:
    return Place(
        source=source, address=address, fetched_at=AT, title="題", author="名無しさん", posted_as_written="昨日"
    )


def test_a_paste_comes_back_whole_with_its_place_and_its_headers(archive: Archive, database: Database) -> None:
    content = POST.encode("cp932")
    sent = exchange(content=content)
    with archive.open_warc("pastes-1") as warc, database.write() as session:
        kept = archive.keep_response(session, warc, sent, place(), media_type="text/plain", charset="")
    with database.read() as session:
        document = session.get_one(DocumentRow, kept.document_id)
        capture = session.get_one(Capture, kept.capture_id)
    assert archive.read(document) == content
    assert (document.state, document.size_bytes, document.title) == ("waiting", len(content), "題")
    assert (capture.author, capture.posted_at, capture.posted_as_written) == ("名無しさん", None, "昨日")
    file = archive.folder / document.warc_file
    assert document.warc_file == "2026/11/pastes-1.warc.gz"
    assert [r.kind for r in records_of(file)] == ["warcinfo", "response", "request"]
    response, request = records_of(file)[1:]
    assert ("Server", "test") in response.http_headers
    assert ("X-Archive-Orig-Transfer-Encoding", "chunked") in response.http_headers
    assert ("User-Agent", "Hinomi") in request.http_headers
    assert ("Host", "paste.example") in request.http_headers
    check(file)


def test_compressed_bodies_stay_as_they_came_when_others_can_read_them(archive: Archive, database: Database) -> None:
    whole, broken = b"a" * 500, b"as far as it went"
    sent = [
        exchange("http://x.example/1", whole, body=gzip.compress(whole), headers=(("Content-Encoding", "gzip"),)),
        exchange("http://x.example/2", broken, body=b"\x1f\x8b\x00rubbish", headers=(("Content-Encoding", "gzip"),)),
    ]
    with archive.open_warc("x-1") as warc, database.write() as session:
        for one in sent:
            archive.keep_response(session, warc, one, place(one.address), media_type="", charset="")
    with database.read() as session:
        documents = session.scalars(select(DocumentRow).order_by(DocumentRow.id)).all()
    assert [archive.read(d) for d in documents] == [whole, broken]
    heads = [r.http_headers for r in records_of(archive.folder / documents[0].warc_file) if r.kind == "response"]
    assert heads == [[("Content-Encoding", "gzip")], [("X-Archive-Orig-Content-Encoding", "gzip")]]
    check(archive.folder / documents[0].warc_file)


def test_a_repost_is_a_new_place_of_the_same_document(archive: Archive, database: Database) -> None:
    with archive.open_warc("a-1") as warc, database.write() as session:
        first = archive.keep_response(session, warc, exchange(), place(), media_type="text/plain", charset="")
        again = archive.keep_response(session, warc, exchange(), place(), media_type="text/plain", charset="")
    other = "http://elsewhere.example/9"
    with archive.open_warc("b-1") as warc, database.write() as session:
        repost = archive.keep_response(
            session, warc, exchange(other), place(other, "others"), media_type="text/plain", charset=""
        )
    assert (first.new_document, first.new_capture) == (True, True)
    assert (again.new_document, again.new_capture) == (False, False)
    assert (repost.new_document, repost.new_capture) == (False, True)
    assert repost.document_id == first.document_id
    with database.write() as session:
        assert archive.new_captures(session, 10) == []
        archive.settle(session, first.document_id, held=True)
        assert [c.source for c in archive.new_captures(session, 10)] == ["pastes", "others"]
    file = archive.folder / "2026/11/b-1.warc.gz"
    revisit = records_of(file)[1]
    assert (revisit.kind, revisit.address, revisit.header("WARC-Refers-To-Target-URI")) == (
        "revisit", other, "http://paste.example/1/raw",
    )  # fmt: skip
    check(file)


def test_posts_of_one_page_share_the_record_of_the_page(archive: Archive, database: Database) -> None:
    page = exchange("http://forum.example/topic/1", "<p>一</p><p>二</p>".encode())
    with archive.open_warc("forum-1") as warc, database.write() as session:
        for number, text in enumerate([POST, "二", "三\n\n四"]):
            archive.keep_post(session, warc, text, page, place(f"http://forum.example/topic/1#{number}", "forum"))
    with database.read() as session:
        documents = session.scalars(select(DocumentRow).order_by(DocumentRow.id)).all()
        offsets = set(session.scalars(select(Capture.warc_offset)))
    assert [archive.read(d).decode() for d in documents] == [POST, "二", "三\n\n四"]
    file = archive.folder / documents[0].warc_file
    found = records_of(file)
    assert [r.kind for r in found] == ["warcinfo", "response", "request", "conversion", "conversion", "conversion"]
    assert {r.header("WARC-Refers-To") for r in found[3:]} == {found[1].header("WARC-Record-ID")}
    assert len(offsets) == 1
    check(file)


def test_a_file_handed_in_twice_is_one_document(archive: Archive, database: Database, tmp_path: Path) -> None:
    file = tmp_path / "名簿.csv"
    file.write_bytes(POST.encode() * 1000)
    first = archive.hand_in(file, "名簿.csv", media_type="text/csv")
    again = archive.hand_in(file.read_bytes(), "copy.csv")
    assert again.document_id == first.document_id
    with database.read() as session:
        document = session.get_one(DocumentRow, first.document_id)
        assert session.scalar(select(func.count()).select_from(WarcFileRow)) == 1
        assert {(c.source, c.address) for c in document.captures} == {(HAND_IN, "名簿.csv"), (HAND_IN, "copy.csv")}
    assert archive.read(document) == file.read_bytes()
    assert [r.kind for r in records_of(archive.folder / document.warc_file)] == ["warcinfo", "resource"]
    check(archive.folder / document.warc_file)


def test_evidence_is_held_and_waits_for_nobody_unless_it_turns_up_elsewhere(
    archive: Archive, database: Database, tmp_path: Path
) -> None:
    kept = archive.keep_evidence(b"a certificate", "certificate.pdf")
    with database.read() as session:
        document = session.get_one(DocumentRow, kept.document_id)
        assert (document.state, document.held) == (EVIDENCE, True)
        assert archive.waiting(session, 9) == []
        assert archive.new_captures(session, 9) == []
    again = archive.keep_evidence(b"a certificate", "copy.pdf")
    assert again.document_id == kept.document_id
    archive.hand_in(b"a certificate", "found.pdf")
    with database.read() as session:
        assert [one.id for one in archive.waiting(session, 9)] == [kept.document_id]
    seen = archive.hand_in(b"a list", "list.csv")
    archive.keep_evidence(b"a list", "appendix.csv")
    with database.read() as session:
        assert seen.document_id in {one.id for one in archive.waiting(session, 9)}, "what waits goes on waiting"
    with pytest.raises(ArchiveError, match=r"gone\.pdf"):
        archive.keep_evidence(tmp_path / "gone.pdf", "gone.pdf")


def test_a_missing_hand_in_is_named(archive: Archive, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"gone\.csv"):
        archive.hand_in(tmp_path / "gone.csv", "gone.csv")


def test_what_was_changed_on_disk_is_refused_by_name_and_offset(archive: Archive, database: Database) -> None:
    kept = archive.hand_in(b"a" * 5000, "a.txt")
    with database.write() as session:
        document = session.get_one(DocumentRow, kept.document_id)
        document.sha256 = "0" * 64
    with pytest.raises(ArchiveError, match=rf"{document.warc_file} holds another content at offset \d+"):
        archive.read(document)
    file = archive.folder / document.warc_file
    data = bytearray(file.read_bytes())
    data[document.warc_offset + 30] ^= 0xFF
    file.write_bytes(data)
    with pytest.raises(ArchiveError, match=rf"{document.warc_file} .* at offset {document.warc_offset}"):
        archive.read(document)
    file.unlink()
    with pytest.raises(ArchiveError, match="is missing"):
        archive.read(document)


def test_a_document_is_read_while_its_sweep_still_runs(archive: Archive, database: Database) -> None:
    with archive.open_warc("running-1") as warc:
        with database.write() as session:
            kept = archive.keep_response(session, warc, exchange(), place(), media_type="", charset="")
        with database.read() as session:
            assert archive.read(session.get_one(DocumentRow, kept.document_id)) == b"hello"


def test_the_queue_gives_the_oldest_first_and_forgets_what_is_settled(
    archive: Archive, database: Database, clock: SetClock, settings: Settings
) -> None:
    ids = [archive.hand_in(str(n).encode(), f"{n}.txt").document_id for n in range(4)]
    with database.write() as session:
        archive.settle(session, ids[0], held=False)
        session.get_one(DocumentRow, ids[2]).state = "failed"
        session.flush()
        assert [d.id for d in archive.waiting(session, 1)] == [ids[1]]
        assert [d.id for d in archive.waiting(session, 9)] == [ids[1], ids[3]]
        clear = session.get_one(DocumentRow, ids[0])
        assert clear.keep_until == clock.now() + timedelta(days=settings.archive.keep_clear_days)


def test_what_was_seen_at_the_same_place_before_is_not_written_again(archive: Archive, database: Database) -> None:
    page = exchange("http://forum.example/topic/1", b"<p>a</p>")
    with archive.open_warc("forum-1") as warc:
        for _ in range(2):
            size = warc.size_bytes
            with database.write() as session:
                kept = archive.keep_post(session, warc, "a", page, place("http://forum.example/topic/1#1", "forum"))
                archive.keep_response(session, warc, exchange(), place(), media_type="", charset="")
            page = exchange(page.address, b"<p>a</p> and a new advertisement", fetched_at=AT + timedelta(days=1))
        assert (kept.new_capture, warc.size_bytes) == (False, size)
