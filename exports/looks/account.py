"""What was looked through in a span of time: documents and how they were read, sources and when nobody looked, records.

"We looked and found nothing" is worth what was looked at. So a statement holds every source with the spans in which no
sweep succeeded, every system with the gaps of its access records, and every document that was not read whole.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import timedelta
from hashlib import sha256
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from archive.bodies.models import PURGED, REMOVED
from archive.models import Capture, DocumentRow
from crawler.models import Sweep
from custody.models import IndexState
from exports.errors import ExportError
from incidents.findings import CLEAR, UNREAD
from incidents.groups import root_of
from incidents.models import FindingRow, Sighting
from incidents.timeline.events import add_event
from trails.gaps import SEQUENCE, Gap, read_gaps
from trails.models import TrailImport

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from core.actors import Actor

NOTHING, SOMETHING = "looked-found-nothing", "looked-found"
"""Kinds of the event: with nothing of ours in what was looked through, and with something."""
GAP: Final = timedelta(hours=24)
"""A source that nobody read for longer than that was not looked at meanwhile."""
A_ZONE: Final = timedelta(hours=14)
"""So far from UTC a clock is that a record's day was read from."""
MOST_REASONS: Final = 5
"""Purposes with their legal basis of a source, of which each capture has its own; the statement names so many."""
MOST_GAPS: Final = 50
"""So many of a source are named; how many there are is always told."""
GOOD: Final = ("done", "partial")
UNFINISHED: Final = "running"
"""No failure yet, and no look either."""


def look_account(session: Session, since: datetime, until: datetime) -> dict[str, Any]:
    """Everything that was looked through between two moments, as plain JSON.

    Raises:
        ExportError: The span ends before it begins.
    """
    if until <= since:
        raise ExportError("no_span")
    seen = select(Capture.document_id).where(Capture.fetched_at >= since, Capture.fetched_at < until)
    states = session.execute(
        select(DocumentRow.state, func.count(DocumentRow.id))
        .where(DocumentRow.id.in_(seen))
        .group_by(DocumentRow.state)
    )
    by_state = {str(state): int(number) for state, number in states}
    latest = select(func.max(FindingRow.id)).where(FindingRow.document_id.in_(seen)).group_by(FindingRow.document_id)
    found = session.execute(
        select(FindingRow.verdict, func.count(FindingRow.id))
        .where(FindingRow.id.in_(latest))
        .group_by(FindingRow.verdict)
    )
    bodies = session.execute(
        select(DocumentRow.body, func.count(DocumentRow.id)).where(DocumentRow.id.in_(seen)).group_by(DocumentRow.body)
    )
    by_body = {str(body): int(number) for body, number in bodies}
    verdicts = {str(verdict): int(number) for verdict, number in found}
    index = session.scalar(select(IndexState).where(IndexState.sha256 != "").order_by(IndexState.id.desc()).limit(1))
    return {
        "since": since.isoformat(), "until": until.isoformat(),
        "documents": sum(by_state.values()), "judged": by_state.get("matched", 0),
        "waiting": by_state.get("waiting", 0), "failed": by_state.get("failed", 0),
        "unread": verdicts.get(UNREAD, 0), "clear": verdicts.get(CLEAR, 0),
        "purged": by_body.get(PURGED, 0), "removed": by_body.get(REMOVED, 0),
        "incidents": _incidents(session, since, until),
        "generation": index.generation if index else None, "index_sha256": index.sha256 if index else None,
        "sources": list(_sources(session, since, until)), "systems": list(_systems(session, since, until)),
    }  # fmt: skip


def record_look(
    session: Session, account: Mapping[str, Any], *, what: str, reason: str, actor: Actor, now: datetime
) -> int:
    """Put on the record what was looked for in it, and what was found; gives the event's number.

    Raises:
        ExportError: It does not say what was looked for.
    """
    if not what.strip():
        raise ExportError("nothing_looked_for")
    text = json.dumps(account, ensure_ascii=False, sort_keys=True)
    data = {
        "looked_for": what.strip(), "reason": reason, "documents": account["documents"],
        "unread": account["unread"] + account["failed"] + account["waiting"], "count": len(account["sources"]),
        "gaps": _gap_count(account),
        "generation": account["generation"] or 0, "sha256": sha256(text.encode()).hexdigest(), "account": dict(account),
    }  # fmt: skip
    kind = SOMETHING if account["incidents"] else NOTHING
    event = add_event(session, kind, actor=actor, now=now, data=data)
    assert event is not None  # noqa: S101  # without a key, an event is always written
    return event


def _gap_count(account: Mapping[str, Any]) -> int:
    of_bodies = int(bool(account["purged"])) + int(bool(account["removed"]))
    count: int = of_bodies + sum(one["gap_count"] for one in (*account["sources"], *account["systems"]))
    return count


def _incidents(session: Session, since: datetime, until: datetime) -> list[int]:
    asked = select(Sighting.incident_id).join(Capture, Capture.id == Sighting.capture_id)
    named = session.scalars(asked.where(Capture.fetched_at >= since, Capture.fetched_at < until).distinct())
    return sorted({root_of(session, one) for one in named})


def _sources(session: Session, since: datetime, until: datetime) -> Iterable[dict[str, Any]]:
    """Each source that was ever swept before the end, or gave something: how often, and when nobody read it."""
    good: dict[str, list[datetime]] = defaultdict(list)
    others: dict[str, Counter[str]] = defaultdict(Counter)
    around = (Sweep.started_at >= since, Sweep.started_at < until)
    swept = select(Sweep.source, Sweep.started_at, Sweep.state).where(*around).order_by(Sweep.started_at)
    for source, started_at, state in session.execute(swept.execution_options(yield_per=5000)):
        if state in GOOD:
            good[source].append(started_at)
        else:
            others[source][state] += 1
    counted = session.execute(
        select(Capture.source, func.count(Capture.id))
        .where(Capture.fetched_at >= since, Capture.fetched_at < until)
        .group_by(Capture.source)
    )
    captures = {str(source): int(number) for source, number in counted}
    reasons = session.execute(
        select(Capture.source, Capture.purpose, Capture.legal_basis)
        .where(Capture.fetched_at >= since, Capture.fetched_at < until, Capture.legal_basis != "")
        .distinct()
        .order_by(Capture.source, Capture.purpose, Capture.legal_basis)
    )
    why: dict[str, list[list[str]]] = defaultdict(list)
    for source, purpose, legal_basis in reasons:
        if len(why[source]) < MOST_REASONS:
            why[source].append([purpose, legal_basis])
    ever = set(session.scalars(select(Sweep.source).where(Sweep.started_at < until).distinct()))
    for source in sorted({*ever, *captures}):
        gaps = _gaps([since, *good[source], until]) if source in ever else []
        running = others[source][UNFINISHED]
        yield {
            "source": source, "captures": captures.get(source, 0), "sweeps": len(good[source]),
            "failed": others[source].total() - running, "running": running, "is_swept": source in ever,
            "gap_count": len(gaps), "gaps": gaps[:MOST_GAPS], "why": why.get(source, []),
        }  # fmt: skip


def _gaps(moments: list[datetime]) -> list[list[str]]:
    """Spans between two looks that are longer than `GAP`."""
    return [[before.isoformat(), after.isoformat()] for before, after in pairwise(moments) if after - before > GAP]


def _systems(session: Session, since: datetime, until: datetime) -> Iterable[dict[str, Any]]:
    """Each system whose access records reach into the span, with its gaps."""
    rows = session.execute(
        select(
            TrailImport.system, func.sum(TrailImport.new), func.min(TrailImport.first_at), func.max(TrailImport.last_at)
        )
        .where(TrailImport.state == "done", TrailImport.first_at < until, TrailImport.last_at >= since)
        .group_by(TrailImport.system)
        .order_by(TrailImport.system)
    )
    for system, records, first_at, last_at in rows:
        gaps = [gap for gap in read_gaps(session, system) if _reaches(gap, since, until)]
        yield {
            "system": system, "records": int(records or 0),
            "from": (first_at or since).isoformat(), "until": (last_at or until).isoformat(),
            "gap_count": len(gaps), "gaps": [[gap.first, gap.last, gap.missing] for gap in gaps[:MOST_GAPS]],
        }  # fmt: skip


def _reaches(gap: Gap, since: datetime, until: datetime) -> bool:
    """Whether days that are missing are of the span, on any clock; numbers that are missing have no day."""
    first, last = ((at + by).date().isoformat() for at, by in ((since, -A_ZONE), (until, A_ZONE)))
    return gap.kind == SEQUENCE or (gap.first <= last and gap.last >= first)
