"""Admission: taking one more leak in beside many incidents, beside reading every incident as the naive way does."""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from pyroaring import BitMap
from sqlalchemy import func, select

from archive.models import DocumentRow
from core.database import Database
from incidents.admission import take_finding
from incidents.findings import NewFinding, record_finding
from incidents.leak_index import index_leak
from incidents.models import Incident
from incidents.same_leak import LeakContent
from migrations import upgrade

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

POPULATION: Final = 10_000_000
PLACES: Final = 32
TRIED: Final = 40
MEDIAN, SPREAD = 300, 1.6
"""Customers in a leak: half of the lists have fewer, one in twenty more than 4,000, one in a hundred 12,000."""
LARGEST: Final = 300_000
NOW: Final = datetime(2026, 11, 27, tzinfo=UTC)


def main(arguments: Sequence[str]) -> int:
    """Fill a database with incidents, then take more leaks in: some that are new, some that repeat one in parts."""
    parser = argparse.ArgumentParser(prog="admission", description=__doc__)
    parser.add_argument("--incidents", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    draw = np.random.default_rng(asked.seed)
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'hinomi.db'}")
        upgrade(database)
        known = [_draw(draw) for _ in range(asked.incidents)]
        _fill(database, known, draw)
        taken_ms, naive_ms = [], []
        for number in range(TRIED):
            members = _draw(draw) if number % 2 else _part(draw, known[int(draw.integers(len(known)))])
            naive_ms.append(_naive(database, members))
            taken_ms.append(_take(database, f"new {number}", members, draw))
        with database.read() as session:
            incidents = session.scalar(select(func.count()).select_from(Incident))
        size_mib = (Path(folder) / "hinomi.db").stat().st_size / (1 << 20)
        database.close()
    print(f"beside {incidents} incidents ({size_mib:.0f} MiB of database), {TRIED} findings, ms each:")
    print(f"{'':22} {'median':>8} {'worst':>8}")
    for name, figures in (("taken in", taken_ms), ("naive: every bitmap", naive_ms)):
        print(f"{name:22} {statistics.median(figures):8.1f} {max(figures):8.1f}")
    print(f"{statistics.median(naive_ms) / statistics.median(taken_ms):.0f} times faster")
    return 0


def _draw(draw: np.random.Generator) -> np.ndarray:
    size = int(min(LARGEST, max(1, draw.lognormal(np.log(MEDIAN), SPREAD))))
    return np.unique(draw.integers(0, POPULATION, size))


def _part(draw: np.random.Generator, members: np.ndarray) -> np.ndarray:
    """Most of a list, as a seller's sample or another edition of it."""
    return np.unique(draw.choice(members, max(1, int(members.size * 0.9)), replace=False))


def _fill(database: Database, known: Sequence[np.ndarray], draw: np.random.Generator) -> None:
    """An incident of one finding for each list, as if each had been taken in."""
    with database.write() as session:
        for number, members in enumerate(known):
            bitmap = BitMap(members.astype(np.uint32))
            content = LeakContent(f"old {number}", _sketch(draw), bitmap)
            incident = Incident(
                state="open", severity="low", opened_at=NOW, updated_at=NOW, first_seen_at=NOW,
                members=bitmap.serialize(),
            )  # fmt: skip
            session.add(incident)
            session.flush()
            finding = NewFinding("leak", 0.99, len(bitmap), bitmap, 1.0, sketch=content.sketch)
            row = record_finding(session, _document(session, content.sha256), finding, generation=1, now=NOW)
            row.incident_id, row.state = incident.id, "reported"
            session.flush()
            index_leak(session, row.id, content)
            session.expunge_all()


def _sketch(draw: np.random.Generator) -> list[int]:
    return [int(value) for value in draw.integers(1, 2**31, PLACES)]


def _take(database: Database, content: str, members: np.ndarray, draw: np.random.Generator) -> float:
    """Milliseconds of taking one finding in, from its row to the commit."""
    bitmap = BitMap(members.astype(np.uint32))
    finding = NewFinding("leak", 0.99, len(bitmap), bitmap, 1.0, sketch=_sketch(draw))
    with database.write() as session:
        document = _document(session, content)
        row = record_finding(session, document, finding, generation=1, now=NOW)
    started = time.perf_counter()
    with database.write() as session:
        take_finding(session, session.merge(row), now=NOW)
    return (time.perf_counter() - started) * 1000


def _naive(database: Database, members: np.ndarray) -> float:
    """Milliseconds of reading every incident's customers and comparing them."""
    wanted = BitMap(members.astype(np.uint32))
    started = time.perf_counter()
    with database.read() as session:
        rows = session.execute(select(Incident.id, Incident.members).where(Incident.merged_into.is_(None)))
        near = [row.id for row in rows if BitMap.deserialize(row.members).intersect(wanted)]
    del near
    return (time.perf_counter() - started) * 1000


def _document(session: Session, content: str) -> DocumentRow:
    made = DocumentRow(
        sha256=content, size_bytes=1, media_type="text/plain", warc_file="x", warc_offset=0, first_seen_at=NOW,
        keep_until=NOW + timedelta(days=90), state="matched",
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made
