"""Made-up documents, captures and findings, written the way the archive and the matcher write them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pyroaring import BitMap
from sqlalchemy import delete, select, update

from archive.models import Capture, CaptureText, DocumentRow
from archive.rows import searched
from core.database import Base
from incidents.actions import take_capture, take_finding
from incidents.findings import NewFinding, record_finding
from incidents.models import Event, FindingRow, Incident

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from core.database import Database
    from incidents.admission import Taken

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
FIELDS = {"name": 3, "phone": 3}


@dataclass(frozen=True)
class Leaked:
    """A document to be: what it says and which subjects the matcher finds in it."""

    content: str
    members: tuple[int, ...]
    verdict: str = "leak"
    sketch: tuple[int, ...] = ()

    def finding(self) -> NewFinding:
        """What the matcher would say."""
        return NewFinding(
            self.verdict, confidence=0.9, people=len(self.members) + 1, members=BitMap(self.members), share=0.8,
            fields=dict.fromkeys(FIELDS, len(self.members)), sketch=self.sketch,
        )  # fmt: skip


def make_document(session: Session, content: str, *, state: str = "waiting", now: datetime = NOW) -> DocumentRow:
    """The row of a content, made once."""
    sha256 = hashlib.sha256(content.encode()).hexdigest()
    known = session.scalar(select(DocumentRow).where(DocumentRow.sha256 == sha256))
    if known:
        return known
    made = DocumentRow(
        sha256=sha256, size_bytes=len(content.encode()), media_type="text/plain", charset="utf-8", title="",
        warc_file="2026/11/made-up.warc.gz", warc_offset=0, first_seen_at=now, keep_until=now + timedelta(days=90),
        state=state,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def make_capture(
    session: Session, document: DocumentRow, *, source: str = "my-paste", address: str = "", now: datetime = NOW
) -> Capture:
    """A place where a document was seen."""
    made = Capture(
        document_id=document.id, source=source, address=address or f"http://paste.invalid/{document.id}", author="",
        posted_at=now - timedelta(hours=1), posted_as_written="2026-11-22 11:00 +09:00", fetched_at=now,
        warc_file=document.warc_file, warc_offset=0,
    )  # fmt: skip
    session.add(made)
    session.flush()
    session.add(CaptureText(capture_id=made.id, **searched(document.title, "", made.address, source)))
    session.flush()
    return made


def take(
    database: Database, leaked: Leaked, *, source: str = "my-paste", now: datetime = NOW, generation: int = 1
) -> Taken:
    """The whole way of one new document, in one transaction."""
    with database.write() as session:
        document = make_document(session, leaked.content, now=now)
        if session.scalar(select(Capture.id).where(Capture.document_id == document.id).limit(1)) is None:
            make_capture(session, document, source=source, now=now)
        row = record_finding(session, document, leaked.finding(), generation=generation, now=now)
        document.state = "matched"
        return take_finding(session, row, now=now)


def repost(database: Database, content: str, *, source: str, address: str, now: datetime = NOW) -> int | None:
    """A known content turns up at another place."""
    with database.write() as session:
        document = make_document(session, content)
        return take_capture(session, make_capture(session, document, source=source, address=address, now=now), now=now)


def partition(database: Database) -> set[frozenset[str]]:
    """Which contents are one incident."""
    with database.read() as session:
        parent = dict(session.execute(select(Incident.id, Incident.merged_into)).all())
        groups: dict[int, set[str]] = {}
        rows = session.execute(
            select(FindingRow.incident_id, FindingRow.sha256).where(FindingRow.incident_id.is_not(None))
        )
        for incident_id, sha256 in rows:
            root = incident_id
            while root is not None and parent[root] is not None:
                root = parent[root]
            groups.setdefault(root or 0, set()).add(sha256)
    return {frozenset(group) for group in groups.values()}


def event_kinds(database: Database, incident_id: int | None = None) -> list[str]:
    """The kinds of the events, in the order they were written."""
    with database.read() as session:
        events = select(Event.kind).order_by(Event.id)
        return list(session.scalars(events if incident_id is None else events.where(Event.incident_id == incident_id)))


def wipe(database: Database, tables: Iterable[str] = ()) -> None:
    """Empty every table, so that each example of a law starts from nothing."""
    wanted = set(tables)
    with database.write() as session:
        session.execute(update(Incident).values(merged_into=None))
        for table in reversed(Base.metadata.sorted_tables):
            if not wanted or table.name in wanted:
                session.execute(delete(table))
