"""Matching what waits: document → verdict → finding, matches, incident and the document's state in one transaction.

A document is tried three times, once a run, then it stands as failed with its reason. It counts as tried before it is
judged, so that one that takes the whole process down is found out too.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select, update

from archive.bodies.models import WHOLE, BodyRemoval
from archive.errors import ArchiveError
from archive.models import Capture, DocumentRow
from core.actors import SYSTEM
from core.hosts.clock import shared_now
from core.hosts.holding import renewed
from core.leases import give_back_lease, is_ours, take_lease
from core.logs import get_logger
from core.processes.names import worker_name
from core.telemetry.spans import span
from custody.register.holdings import first_lent, who_was_lent
from incidents.actions import take_capture, take_finding
from incidents.figures import with_days, with_holders
from incidents.findings import CLEAR, LEAK, OVERLAP, UNREAD, record_finding
from incidents.models import FindingRow
from incidents.timeline.events import add_event
from judging.bodies.left import LEFT_CHARSET, LEFT_NAME, LEFT_TYPE
from judging.child import JudgingError, Question, UnreadableError
from matcher.left import LINES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from archive.store import Archive
    from core.clock import Clock
    from core.database import Database
    from core.telemetry.spans import TracedWork
    from incidents.admission import Taken
    from judging.child import Judge
    from judging.judge import Judged

MAX_ATTEMPTS = 3
MAX_SILENT_ATTEMPTS = 10
"""Attempts that ended without a word: the whole process was killed, which need not be the document's doing."""
LEASE_S = 120.0
"""A document whose matcher died is somebody else's after so long; who lives renews (`core.hosts.holding`)."""
ROUND = 8
"""So many documents of each source come in turn: one with thousands of posts keeps no other's waiting."""
ASKING = 0.05
"""Share of the time that finding out who is next may take."""
AT_ONCE, MOST_LEFT = 10_000, 30_000
"""Values in one question, and documents that were put off, after which the rest waits for the next run: databases take
some 32,000."""
CAPTURES_AT_ONCE = 200
PURGED_BEFORE = "purged before: only our rows were looked at"

log = get_logger()


@dataclass(slots=True)
class MatchingCounts:
    """What one run did; ``reposts`` are new places of known leaks, ``put_off`` what failed and is tried again."""

    documents: int = 0
    leaks: int = 0
    overlaps: int = 0
    unread: int = 0
    clear: int = 0
    failed: int = 0
    put_off: int = 0
    opened: int = 0
    reposts: int = 0

    def as_dict(self) -> dict[str, int]:
        """For ``--json``."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True, slots=True)
class Matching:
    """What matching works on."""

    database: Database
    archive: Archive
    judge: Judge
    clock: Clock


def match_waiting(
    work: Matching,
    *,
    stop: Callable[[], bool] = lambda: False,
    progress: Callable[[MatchingCounts], None] = lambda _: None,
) -> MatchingCounts:
    """Judge every waiting document once, and let new places of known documents join their incidents.

    Args:
        work: What it works on.
        stop: Asked before each document; when true, the run ends and the rest goes on waiting.
        progress: Told the counts after each document.
    """
    counts, worker = MatchingCounts(), worker_name()
    for document_id in _waiting(work.database):
        if stop():
            break
        if not _begin(work, document_id, worker):
            continue
        with renewed(work.database, work.clock, f"match:{document_id}", worker=worker, for_s=LEASE_S):
            _judge(work, document_id, worker, counts)
        progress(counts)
    counts.reposts += take_reposts(work.database, work.clock)
    return counts


def look_ahead(database: Database, archive: Archive) -> Iterator[Question]:
    """What `match_waiting` will ask, in its order, for a judge that works on several at once; nothing is taken."""
    for document_id in _waiting(database):
        try:
            yield _question(database, archive, document_id)
        except ArchiveError:
            continue  # whoever comes to it says so


def take_reposts(database: Database, clock: Clock) -> int:
    """Let new places of documents that were matched before join their incidents; gives how many did."""
    joined = 0
    while True:
        with database.write() as session:
            captures = _new_captures(session)
            joined += sum(take_capture(session, capture, now=clock.now()) is not None for capture in captures)
        if len(captures) < CAPTURES_AT_ONCE:
            return joined


def queue_again(database: Database, *, generation: int, since: datetime | None = None) -> int:
    """Let documents wait that this generation of the index has not seen, and those that failed; gives how many.

    Of documents that were purged, what is left is looked at; those without any body are left out.
    """
    seen = select(FindingRow.id).where(FindingRow.sha256 == DocumentRow.sha256, FindingRow.generation == generation)
    again = [or_(DocumentRow.state == "failed", (DocumentRow.state == "matched") & ~seen.exists())]
    if since is not None:
        again.append(DocumentRow.first_seen_at >= since)
    with database.write() as session:
        asked = (
            update(DocumentRow)
            .where(has_body(), *again)
            .values(state="waiting", attempts=0, failure="")
            .returning(DocumentRow.id)
        )
        return len(session.scalars(asked).all())


def has_body() -> ColumnElement[bool]:
    """Whether anything of a document's body is there to be looked at."""
    left = select(BodyRemoval.document_id).where(BodyRemoval.document_id == DocumentRow.id, BodyRemoval.warc_file != "")
    return (DocumentRow.body == WHOLE) | left.exists()


def _new_captures(session: Session) -> list[Capture]:
    new = select(Capture).join(DocumentRow).where(Capture.state == "new", DocumentRow.state == "matched")
    return list(session.scalars(new.order_by(Capture.id).limit(CAPTURES_AT_ONCE)))


def _waiting(database: Database) -> Iterator[int]:
    """Every waiting document once, those never tried first, source by source in turn, and those that come meanwhile.

    Among a million that wait, as after an enrolment, the question who is next takes seconds: then more are taken at
    once, so that asking stays a small part of the work.
    """
    left: set[int] = set()
    few = ROUND
    while len(left) < MOST_LEFT:
        began = time.monotonic()
        with database.read() as session:
            found = _next_round(session, left, few)
        asked = time.monotonic()
        if not found:
            return
        yield from found
        done = time.monotonic()
        few = few * 2 if asked - began > ASKING * (done - asked) else max(few // 2, ROUND)
        with database.read() as session:
            left |= _still_waiting(session, found)


def _still_waiting(session: Session, documents: Sequence[int]) -> set[int]:
    """Those that were put off, or are in somebody else's hands: this worker has had its turn with them."""
    waiting: set[int] = set()
    for at in range(0, len(documents), AT_ONCE):
        some = documents[at : at + AT_ONCE]
        waiting |= set(
            session.scalars(select(DocumentRow.id).where(DocumentRow.state == "waiting", DocumentRow.id.in_(some)))
        )
    return waiting


def _next_round(session: Session, given: Collection[int], most: int) -> list[int]:
    """A few waiting documents of each source; those of no source any more are a source of their own."""
    place = func.row_number().over(
        partition_by=Capture.source, order_by=(DocumentRow.attempts, DocumentRow.id)
    )  # fmt: skip
    waiting = (
        select(DocumentRow.id, DocumentRow.attempts, place.label("place"))
        .join(Capture, Capture.document_id == DocumentRow.id, isouter=True)
        .where(DocumentRow.state == "waiting", DocumentRow.id.not_in(given))
        .subquery()
    )
    columns = waiting.c
    few = select(columns.id).where(columns.place <= most)
    return list(dict.fromkeys(session.scalars(few.order_by(columns.attempts, columns.place, columns.id))))


def _begin(work: Matching, document_id: int, worker: str) -> bool:
    """Take the document and count the attempt; false when another worker has it or it is done for.

    A row that somebody has locked is somebody's, and not waited for: several matchers pass each other by.
    """
    with work.database.write() as session:
        free = select(DocumentRow).where(DocumentRow.id == document_id, DocumentRow.state == "waiting")
        document = session.scalar(free.with_for_update(skip_locked=True))
        if document is None:
            return False
        now = shared_now(session, work.clock)
        if not take_lease(session, f"match:{document_id}", worker=worker, now=now, for_s=LEASE_S):
            return False
        if document.attempts >= MAX_SILENT_ATTEMPTS:
            document.state, document.failure = "failed", "each attempt ended the whole process"
            give_back_lease(session, f"match:{document_id}", worker=worker)
            return False
        document.attempts += 1
        return True


def _judge(work: Matching, document_id: int, worker: str, counts: MatchingCounts) -> None:
    counts.documents += 1
    with span("document", document_id=document_id) as seen:
        _judge_one(work, document_id, worker, counts, seen)


def _judge_one(work: Matching, document_id: int, worker: str, counts: MatchingCounts, seen: TracedWork) -> None:
    try:
        judged = work.judge.judge(_question(work.database, work.archive, document_id))
    except (JudgingError, UnreadableError, ArchiveError) as error:
        is_last = _failed(work, document_id, worker, str(error))
        counts.failed += is_last
        counts.put_off += not is_last
        seen.note(error=type(error).__name__)
        log.warning("match.failed", document_id=document_id, error=type(error).__name__, reason=str(error))
        return
    taken = _keep(work, document_id, worker, judged)
    if taken is None:
        return
    verdict = judged.finding.verdict
    counts.leaks += verdict == LEAK
    counts.overlaps += verdict == OVERLAP
    counts.unread += verdict == UNREAD
    counts.clear += verdict == CLEAR
    counts.opened += taken.opened
    seen.note(verdict=verdict)
    log.info("match.done", document_id=document_id, verdict=verdict, incident_id=taken.incident_id)


def _question(database: Database, archive: Archive, document_id: int) -> Question:
    with database.read() as session:
        document = session.get_one(DocumentRow, document_id)
        removal = session.get(BodyRemoval, document_id)
    name, media_type, charset, size = document.title, document.media_type, document.charset, document.size_bytes
    gone: tuple[int, int, float, float] = (0, 0, 0.0, 0.0)
    if removal is not None and removal.warc_file:
        charset, size = LEFT_CHARSET, removal.size_after
        name, media_type = (name, media_type) if removal.form == LINES else (LEFT_NAME, LEFT_TYPE)
        units, people, rate, listed = removal.gone
        gone = int(units), int(people), rate, listed
    return Question(name or str(document_id), archive.stream(document), size, media_type, charset, gone)


def _keep(work: Matching, document_id: int, worker: str, judged: Judged) -> Taken | None:
    """The finding, and what it did; None where somebody else took the document over while this worker was silent."""
    now = work.clock.now()
    with work.database.write() as session:
        document = _still_ours(session, document_id, worker)
        if document is None:
            return None
        ranked = with_holders(with_days(judged.extracts, first_lent(session)), who_was_lent(session))
        finding = replace(judged.as_new(), extracts=ranked)
        if document.body != WHOLE:
            finding = replace(finding, limits=[*finding.limits, PURGED_BEFORE])
        row = record_finding(session, document, finding, generation=judged.generation, now=now)
        taken = take_finding(session, row, now=now)
        work.archive.settle(session, document_id, held=document.held, clear=row.verdict == CLEAR)
        give_back_lease(session, f"match:{document_id}", worker=worker)
    return taken


def _failed(work: Matching, document_id: int, worker: str, reason: str) -> bool:
    """Write a failed attempt down; true when it was the last."""
    with work.database.write() as session:
        document = _still_ours(session, document_id, worker)
        if document is None:
            return False
        document.failure = reason
        is_last = document.attempts >= MAX_ATTEMPTS
        if is_last:
            document.state = "failed"
            data = {"document_id": document_id, "attempts": document.attempts, "reason": reason}
            add_event(session, "match-failed", actor=SYSTEM, now=work.clock.now(), data=data)
        give_back_lease(session, f"match:{document_id}", worker=worker)
    return is_last


def _still_ours(session: Session, document_id: int, worker: str) -> DocumentRow | None:
    """The document, locked, while it waits and is this worker's: what a lost lease gave does not count."""
    document = session.get_one(DocumentRow, document_id, with_for_update=True)
    if document.state == "waiting" and is_ours(session, f"match:{document_id}", worker=worker):
        return document
    log.warning("match.lost", document_id=document_id)
    return None
