"""Looking again: what is archived under an index that knows more, a few documents at a time, while nothing else waits.

Documents that were posted a moment ago come first, always: a batch is put in line only when nobody waits, and is small
enough that whoever comes then waits for seconds. Where it stands is a row, so that it goes on after any stop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import func, or_, select, update

from archive.models import DocumentRow
from core.actors import SYSTEM
from custody.models import IndexState
from custody.register.index_states import ENROLLED
from incidents.findings import LEAK, OVERLAP, UNREAD
from incidents.models import FindingRow, Rescan
from incidents.timeline.events import add_event
from judging.queue import has_body

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from core.clock import Clock
    from core.database import Database

RUNNING, DONE, OVERTAKEN = "running", "done", "overtaken"
ENROLMENT, ASKED = "enrolment", "asked"
BATCH: Final = 20
"""Documents in line at a time: whoever comes meanwhile waits for so many at most."""
ENDED: Final = "rescan-ended"


def begin_rescan(
    session: Session, *, generation: int, why: str, asked_by: str, now: datetime, since: datetime | None = None
) -> Rescan:
    """Begin; one that is under way is overtaken, since this one looks at all of its documents.

    Args:
        session: A writing session.
        generation: Of the index that looks.
        why: ``enrolment`` or ``asked``.
        asked_by: Who asked for it.
        now: When.
        since: Only documents first seen from then on.
    """
    session.execute(update(Rescan).where(Rescan.state == RUNNING).values(state=OVERTAKEN, ended_at=now))
    total = session.scalar(select(func.count(DocumentRow.id)).where(*_unseen(generation, since))) or 0
    made = Rescan(
        why=why, asked_by=asked_by, generation=generation, since=since, total=total, started_at=now, result={}
    )
    session.add(made)
    session.flush()
    return made


def open_rescan(session: Session) -> Rescan | None:
    """The one that is under way."""
    return session.scalar(select(Rescan).where(Rescan.state == RUNNING).order_by(Rescan.id.desc()).limit(1))


def new_generation(session: Session) -> int | None:
    """The generation that an enrolment made and nobody looked again with; None where there is none."""
    made = session.scalar(select(IndexState).where(IndexState.sha256 != "").order_by(IndexState.id.desc()).limit(1))
    if made is None or made.why != ENROLLED:
        return None
    known = select(Rescan.id).where(Rescan.generation == made.generation).limit(1)
    return None if session.scalar(known) is not None else made.generation


def go_on(database: Database, clock: Clock, *, batch: int = BATCH) -> bool:
    """Put the next documents in line if nothing waits; false where there is nothing to do now, or all is done."""
    with database.write() as session:
        rescan = open_rescan(session)
        if rescan is None or _is_busy(session):
            return False
        wanted = select(DocumentRow.id).where(
            *_unseen(rescan.generation, rescan.since), DocumentRow.id > rescan.last_id
        )
        ids = list(session.scalars(wanted.order_by(DocumentRow.id).limit(batch)))
        if not ids:
            _end(session, rescan, clock.now())
            return False
        again = update(DocumentRow).where(DocumentRow.id.in_(ids))
        session.execute(again.values(state="waiting", attempts=0, failure=""))
        rescan.last_id, rescan.queued = ids[-1], rescan.queued + len(ids)
    return True


def _is_busy(session: Session) -> bool:
    waits = select(DocumentRow.id).where(DocumentRow.state == "waiting").limit(1)
    return session.scalar(waits) is not None


def _unseen(generation: int, since: datetime | None) -> list[ColumnElement[bool]]:
    """What this generation has not looked at, and what failed before."""
    seen = select(FindingRow.id).where(FindingRow.sha256 == DocumentRow.sha256, FindingRow.generation == generation)
    where: list[ColumnElement[bool]] = [
        has_body(),
        or_(DocumentRow.state == "failed", (DocumentRow.state == "matched") & ~seen.exists()),
    ]
    return where if since is None else [*where, DocumentRow.first_seen_at >= since]


def _end(session: Session, rescan: Rescan, now: datetime) -> None:
    made = (FindingRow.generation == rescan.generation, FindingRow.made_at >= rescan.started_at)
    verdicts = select(FindingRow.verdict, func.count(FindingRow.id)).where(*made).group_by(FindingRow.verdict)
    counts = {str(verdict): int(number) for verdict, number in session.execute(verdicts)}
    rescan.state, rescan.ended_at, rescan.result = DONE, now, counts
    data = {
        "rescan": rescan.id, "why": rescan.why, "generation": rescan.generation, "documents": rescan.queued,
        "leaks": counts.get(LEAK, 0), "overlaps": counts.get(OVERLAP, 0), "unread": counts.get(UNREAD, 0),
        "since": rescan.since.isoformat() if rescan.since else None,
    }  # fmt: skip
    add_event(session, ENDED, actor=SYSTEM, now=now, data=data)
