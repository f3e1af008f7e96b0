"""What the database says, by metric: each part a few questions that an index answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from sqlalchemy import func, select

from alerts.models import PENDING, SENDING, Message
from alerts.outbox import failed_messages
from archive.models import DocumentRow, WarcFileRow
from core.leases import Claim, Lease, latest_claims
from crawler.models import Sweep
from health.service.backup import last_backup
from incidents.clocks.reading import MISSED, counted
from incidents.models import Event, FindingRow, Incident
from transparency.heads import latest_head
from transparency.sequencer import count_waiting, tree_size

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from sqlalchemy.orm import Session

Sample: TypeAlias = tuple[str, tuple[str, ...], float]
"""A metric of the catalogue, the values of its labels, and its own."""
_FAILED_OUTCOME: Final = "failed"
_SWEEP: Final = "sweep"


def documents(session: Session, _now: datetime) -> Iterator[Sample]:
    """What waits, what could not be judged, and what was."""
    for state, name in (("waiting", "hinomi_documents_waiting"), ("failed", "hinomi_documents_failed")):
        count = select(func.count()).select_from(DocumentRow).where(DocumentRow.state == state)
        yield name, (), session.scalar(count) or 0
    yield "hinomi_documents_total", (), session.scalar(select(func.max(DocumentRow.id))) or 0
    by_verdict = select(FindingRow.verdict, func.count()).group_by(FindingRow.verdict)
    found = dict.fromkeys(("leak", "overlap", "unread", "clear"), 0)
    found |= dict(session.execute(by_verdict).all())
    for verdict, count_found in found.items():
        yield "hinomi_findings_total", (verdict,), count_found
    size = session.scalar(select(func.sum(WarcFileRow.size_bytes))) or 0
    yield "hinomi_archive_bytes", (), size


def incidents(session: Session, now: datetime) -> Iterator[Sample]:
    """Incidents by state, events, and what is late."""
    for state, count in session.execute(select(Incident.state, func.count()).group_by(Incident.state)):
        yield "hinomi_incidents", (state,), count
    yield "hinomi_events_total", (), session.scalar(select(func.max(Event.id))) or 0
    yield "hinomi_deadlines_overdue", (), counted(session, now=now, until=now)[MISSED]


def alerts(session: Session, now: datetime) -> Iterator[Sample]:
    """What was not delivered yet, or never will be."""
    waiting = Message.state.in_((PENDING, SENDING))
    count, oldest = session.execute(select(func.count(), func.min(Message.created_at)).where(waiting)).one()
    yield "hinomi_alerts_waiting", (), count
    yield "hinomi_alerts_failed", (), len(failed_messages(session))
    yield "hinomi_alerts_oldest_waiting_age_seconds", (), (now - oldest).total_seconds() if oldest else 0


def log(session: Session, _now: datetime) -> Iterator[Sample]:
    """The transparency log, and what no head covers."""
    size, head = tree_size(session), latest_head(session)
    yield "hinomi_log_leaves_total", (), size
    yield "hinomi_log_leaves_uncovered", (), size - (head.size if head else 0)
    yield "hinomi_log_rows_waiting", (), count_waiting(session)


def jobs(session: Session, now: datetime) -> Iterator[Sample]:
    """How jobs went, and who holds what; of several of a kind the longest, and whether any failed."""
    good = (
        select(Claim.job, func.max(Claim.done_at))
        .where(Claim.done_at.is_not(None), Claim.outcome.not_like(f"{_FAILED_OUTCOME}%")).group_by(Claim.job)
    )  # fmt: skip
    found: dict[tuple[str, str], float] = {}

    def note(name: str, job: str, value: float) -> None:
        found[name, job] = max(found.get((name, job), value), value)

    for job, done_at in session.execute(good):
        if done_at is not None:
            note("hinomi_job_last_success_timestamp_seconds", _label(job), done_at.timestamp())
    held: dict[str, int] = {}
    for job, claim in latest_claims(session).items():
        label = _label(job)
        if claim.done_at is not None:
            note("hinomi_job_last_duration_seconds", label, (claim.done_at - claim.claimed_at).total_seconds())
            note("hinomi_job_failed", label, float((claim.outcome or "").startswith(_FAILED_OUTCOME)))
        elif claim.until_at > now:
            held[label] = held.get(label, 0) + 1
    for (name, job), value in sorted(found.items()):
        yield name, (job,), value
    for label, count in held.items():
        yield "hinomi_claims_in_hand", (label,), count
    leases = select(func.count()).select_from(Lease).where(Lease.until_at > now)
    yield "hinomi_leases_held", (), session.scalar(leases) or 0


def _label(job: str) -> str:
    """The kind of a job, and the source of a sweep: what else stands there may be a machine, or a file."""
    kind = job.partition(":")[0].partition("@")[0]
    return job if kind == _SWEEP else kind


def backup(session: Session, _now: datetime) -> Iterator[Sample]:
    """When the last one was taken."""
    if taken := last_backup(session):
        yield "hinomi_backup_last_success_timestamp_seconds", (), taken.timestamp()


def sweeps(session: Session, _now: datetime) -> Iterator[Sample]:
    """What is under way."""
    running = select(func.count()).select_from(Sweep).where(Sweep.state == "running")
    yield "hinomi_sweeps_running", (), session.scalar(running) or 0


PARTS: Final[dict[str, Callable[[Session, datetime], Iterator[Sample]]]] = {
    "documents": documents, "incidents": incidents, "alerts": alerts, "log": log, "jobs": jobs, "sweeps": sweeps,
    "backup": backup,
}  # fmt: skip
"""Each part is collected for itself: one that fails hides no other."""
