"""One made-up leak, written as the program itself would write it: documents, findings, an incident, its timeline."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from pyroaring import BitMap

from archive.models import Capture, DocumentRow
from core.actors import SYSTEM
from crawler.models import Sweep
from incidents.models import FindingMatch, FindingRow, Incident, Sighting
from incidents.ownership import keep_extracts
from incidents.timeline.events import add_event
from tests.actors import by

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy.orm import Session
    from starlette.testclient import TestClient

    from archive.store import Archive
    from core.clock import SetClock
    from core.database import Database

FIELDS = {"name": 40, "phone": 38, "address": 31}
SOURCES = """\
[sources.my-paste]
engine = "paste-list"
url = "http://127.0.0.1:8101/+list"
every = "15m"
legal_basis = "public list, checked 2026-11-01"
options = { dialect = "bepasty" }
[sources.night-board]
engine = "html-forum"
url = "http://127.0.0.1:8102/"
every = "15m"
options = { dialect = "spirit" }
"""
POST = """\
新規リスト 一部公開 (40/12000)
氏名,電話番号,住所
佐伯 実花,090-0000-4127,東京都千代田区霞が関0丁目1-2
Contact: seller@leaks.example
"""


@dataclass(frozen=True, slots=True)
class Scene:
    """The rows' numbers, and a value that must stay masked."""

    incident_id: int
    document_id: int
    clear_document_id: int
    secret: str = "090-0000-4127"


def make_scene(database: Database, archive: Archive, clock: SetClock) -> Scene:
    """Write the scene into an empty database; the clock then stands two hours later."""
    kept = archive.hand_in(POST.encode(), "list.txt", media_type="text/plain")
    other = archive.hand_in(b"nothing of ours", "clear.txt", media_type="text/plain")
    found_at = clock.now()
    with database.write() as session:
        incident_id = _open(session, kept.document_id, kept.capture_id, found_at)
        for number in range(3):
            at = found_at - timedelta(days=number)
            add_event(
                session,
                "note",
                actor=by("鈴木"),
                now=at,
                incident_id=incident_id,
                data={"text": f"名簿を確認 {number}"},
            )
    clock.advance(timedelta(hours=2))
    return Scene(incident_id, kept.document_id, other.document_id)


def add_watch(home: Path, database: Database, clock: SetClock) -> None:
    """Two sources, one of which fails, with a dozen sweeps each."""
    (home / "sources.toml").write_text(SOURCES, encoding="utf-8")
    now = clock.now()
    with database.write() as session:
        for number in range(12, 0, -1):
            began = now - timedelta(minutes=15 * number)
            for source in ("my-paste", "night-board"):
                fails = source == "night-board" and number < 3  # the last two
                session.add(
                    Sweep(
                        source=source, started_at=began, finished_at=began + timedelta(seconds=9),
                        state="failed" if fails else "done", reason="the site answered 503" if fails else "",
                        requests=14, responses=14, documents=5, new_documents=0 if fails else number % 5,
                        bytes=48_000, pid=1, worker="here",
                    )
                )  # fmt: skip


def form_mark(client: TestClient, path: str) -> str:
    """The mark in a page's forms."""
    found = re.search(r'name="form_mark" value="([0-9a-f]+)"', client.get(path).text)
    assert found
    return found[1]


def _open(session: Session, document_id: int, capture_id: int, at: datetime) -> int:
    incident = Incident(
        severity="high", opened_at=at, updated_at=at, first_seen_at=at, subjects=40, people=41, documents=1,
        sightings=1, confidence=0.99991, fields=FIELDS, sources=["my-paste"], members=BitMap(range(40)).serialize(),
    )  # fmt: skip
    session.add(incident)
    session.flush()
    document = session.get_one(DocumentRow, document_id)
    document.title = "新規リスト 一部公開"
    capture = session.get_one(Capture, capture_id)
    capture.source, capture.address, capture.author = "my-paste", "http://paste.example/+42", "nightowl"
    capture.posted_at, capture.posted_as_written = at - timedelta(hours=3), "2026/11/22 09:00"
    finding = FindingRow(
        document_id=document_id, incident_id=incident.id, sha256=document.sha256, generation=1, verdict="leak",
        confidence=0.99991, people=41, subjects=40, share=40 / 41, fields=FIELDS, dated_from=None, dated_until=None,
        extracts=[
            {"extract": "sales-2026-04", "covered": 40, "of": 40, "size": 700, "score": 12.5},
            {"extract": "billing-2026-06", "covered": 11, "of": 40, "size": 600, "score": -80.0},
        ],
        limits=["list.zip: encrypted; not opened"], sketch=[],
        members=BitMap(range(40)).serialize(), made_at=at, state="reported",
    )  # fmt: skip
    session.add(finding)
    session.flush()
    keep_extracts(session, finding.id, finding.extracts)
    session.add(Sighting(capture_id=capture_id, incident_id=incident.id, finding_id=finding.id, at=at))
    session.add(
        FindingMatch(
            finding_id=finding.id,
            position=0,
            subject=17,
            confidence=0.9999,
            fields={"name": 1.0, "phone": 1.0},
            weights={"name": 9.0, "phone": 14.0},
            place={"line": 3},
        )
    )
    data = {"address": capture.address, "subjects": 40, "fields": FIELDS, "severity": "high"}
    add_event(
        session, "opened", actor=SYSTEM, now=at, incident_id=incident.id, source="my-paste", data=data
    )  # fmt: skip
    return incident.id
