"""An evidence bag of N documents and 10 N events, with values: time, size and memory, beside one of a tenth as many.

Memory is what counts: it must not grow with the bag. Run: ./run bench exports [N]
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from pyroaring import BitMap

from archive.models import Capture
from archive.store import Archive
from core.actors import SYSTEM
from core.clock import SetClock
from core.database import Database
from core.settings import DEFAULT_SETTINGS, SETTINGS_FILE, load_settings
from exports.deed import made_export
from exports.wish import ExportWish
from home import Home
from incidents.models import FindingRow, Incident, Sighting
from incidents.timeline.events import add_event
from migrations import upgrade
from transparency.keys import create_log_key
from web.masking.applied import PageMasks

USUAL = 2000
DOCUMENT = "架空 一郎 090-0012-3400 kakuu@carrier.example 東京都千代田区千代田1-2-3\n" * 500
MIB = 1 << 20
EVENTS_A_DOCUMENT = 10


def fill(folder: Path, count: int) -> None:
    """A home with one incident of so many documents."""
    (folder / SETTINGS_FILE).write_text(DEFAULT_SETTINGS, encoding="utf-8")
    settings = load_settings(folder)
    database, clock = Database(settings.database_url), SetClock(datetime(2026, 11, 22, 3, tzinfo=UTC))
    upgrade(database)
    create_log_key(settings.log_key_path)
    archive, members = Archive(settings, database, clock), BitMap(range(40)).serialize()
    with database.write() as session:
        incident = Incident(
            severity="high", opened_at=clock.now(), updated_at=clock.now(), first_seen_at=clock.now(), subjects=40,
            people=41, documents=count, sightings=count, confidence=0.99, fields={"phone": 40}, sources=["paste"],
            members=members,
        )  # fmt: skip
        session.add(incident)
    for number in range(count):
        kept = archive.hand_in(f"{number}\n{DOCUMENT}".encode(), f"{number}.txt", media_type="text/plain")
        with database.write() as session:
            capture = session.get_one(Capture, kept.capture_id)
            finding = FindingRow(
                document_id=kept.document_id, incident_id=1, sha256=capture.document.sha256, generation=1,
                verdict="leak", confidence=0.9, people=41, subjects=40, share=1.0, fields={"phone": 40}, extracts=[],
                limits=[], sketch=[], members=members, made_at=clock.now(), state="reported",
            )  # fmt: skip
            session.add(finding)
            session.flush()
            session.add(Sighting(capture_id=capture.id, incident_id=1, finding_id=finding.id, at=clock.now()))
            for line in range(EVENTS_A_DOCUMENT):
                data = {"text": f"line {line} of {number}"}
                add_event(session, "note", actor=SYSTEM, now=clock.now(), incident_id=1, data=data)
    database.close()


def take(folder: Path) -> None:
    """Make the bag in this process, and say what it took."""
    import resource

    home = Home(folder)
    wish = ExportWish("bag", 1, reveal=True, reason="a benchmark")
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    with made_export(wish, home, masks=PageMasks(), actor=SYSTEM) as made:
        told = {"seconds": time.perf_counter() - begun, "bytes": made.size_bytes, "proofs": made.tally.taken["proofs"]}
    told["grown_mib"] = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    sys.stdout.write(json.dumps(told))


def main(arguments: list[str]) -> int:
    """Both bags, each in a process of its own."""
    if arguments[:1] == ["take"]:
        take(Path(arguments[1]))
        return 0
    count = int(arguments[0]) if arguments else USUAL
    for size in (count // 10, count):
        with tempfile.TemporaryDirectory() as folder:
            fill(Path(folder), size)
            command = [sys.executable, "-m", "benchmarks", "exports", "take", folder]
            done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ)  # noqa: S603
            told = json.loads(done.stdout.splitlines()[-1])
            print(
                f"{size:>7,} documents, {told['proofs']:>7,} proofs: {told['seconds']:6.1f} s, "
                f"{told['bytes'] / MIB:7.1f} MiB, memory grew by {told['grown_mib']:5.1f} MiB"
            )
    return 0
