"""Terms of bodies: what is due goes in batches, each with one event that names every content by its hash."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from archive.bodies.models import REMOVED, WHOLE
from archive.bodies.removal import Body, NotWholeError, finish_removals, remove_bodies
from archive.errors import ArchiveError
from archive.models import DocumentRow
from core.actors import SYSTEM
from core.logs import get_logger
from core.sections.retention import term_of
from incidents.findings import UNREAD
from incidents.models import FindingRow
from incidents.timeline.events import add_event
from judging.bodies.classes import due_documents
from judging.bodies.copies import forget_copies
from judging.bodies.errors import BodyRefusedError
from judging.bodies.purge import pictures_of_document, purge
from judging.child import JudgingError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy.orm import Session

    from archive.bodies.removal import TakenAway
    from home import Home
    from judging.bodies.classes import ClassedDocument

REMOVED_EVENT: Final = "bodies-removed"
BATCH: Final = 500
"""Bodies of one event."""
PURGE_RULE: Final = "purge_strangers_after"
log = get_logger()


@dataclass(slots=True)
class RetentionCounts:
    """What one run did; ``put_off`` are bodies in files that are being written, or that could not be proved."""

    removed: int = 0
    size_bytes: int = 0
    purged: int = 0
    put_off: int = 0


def remove_due(home: Home, counts: RetentionCounts, forget: Callable[[], int] = lambda: 0) -> None:
    """Remove every body whose term is over and that nothing keeps."""
    terms = home.settings.retention
    with home.database.read() as session:
        due = due_documents(session, terms, home.clock.now())
    for kind, documents in due.items():
        rule = f"{kind} = {getattr(terms, kind)}"
        for start in range(0, len(documents), BATCH):
            _remove_what_can_go(home, documents[start : start + BATCH], kind, rule, forget, counts)


def purge_due(
    home: Home, counts: RetentionCounts, forget: Callable[[], int] = lambda: 0, stop: Callable[[], bool] = lambda: False
) -> None:
    """Purge what was judged so long ago as the rule says, where the rule is on."""
    span = term_of(home.settings.archive.purge_strangers_after)
    if span is None:
        return
    rule = f"{PURGE_RULE} = {home.settings.archive.purge_strangers_after}"
    with home.database.read() as session:
        judged = select(FindingRow.document_id).where(
            FindingRow.made_at <= home.clock.now() - span,
            FindingRow.subjects > 0,
            FindingRow.people > FindingRow.subjects,
            FindingRow.verdict != UNREAD,
        )
        asked = select(DocumentRow.id).where(
            DocumentRow.id.in_(judged), DocumentRow.body == WHOLE, DocumentRow.state == "matched"
        )
        ids = session.scalars(asked.order_by(DocumentRow.id)).all()
    for document_id in ids:
        if stop():
            return
        try:
            purge(home, document_id, reason=rule, actor=SYSTEM, rule=rule, forget=forget)
        except (BodyRefusedError, ArchiveError, JudgingError) as error:
            counts.put_off += 1
            log.info("purge.put_off", document_id=document_id, error=type(error).__name__)
            continue
        counts.purged += 1


def finish(home: Home, forget: Callable[[], int] = lambda: 0) -> int:
    """Finish what a process that died had begun; how many bodies that concerned."""

    def forget_all(contents: Sequence[tuple[str, int]]) -> None:
        forget_copies(home.settings.home, contents)
        forget()

    return finish_removals(home.archive, home.database, forget_all)


def _remove_what_can_go(
    home: Home,
    batch: Sequence[ClassedDocument],
    kind: str,
    rule: str,
    forget: Callable[[], int],
    counts: RetentionCounts,
) -> None:
    """Remove a batch; where a file of it is being written, or is missing, its halves: that one waits, the others go."""
    try:
        _remove(home, batch, kind, rule, forget)
    except ArchiveError as error:
        if len(batch) == 1:
            counts.put_off += 1
            log.info("retention.put_off", document_id=batch[0].id, error=type(error).__name__)
            return
        half = len(batch) // 2
        for part in (batch[:half], batch[half:]):
            _remove_what_can_go(home, part, kind, rule, forget, counts)
        return
    counts.removed += len(batch)
    counts.size_bytes += sum(one.size_bytes for one in batch)


def _remove(home: Home, batch: Sequence[ClassedDocument], kind: str, rule: str, forget: Callable[[], int]) -> None:
    with home.database.read() as session:
        bodies = [
            Body(
                document_id=one.id, how=REMOVED, more=pictures_of_document(session, one.id), figures={"gone": []}
            )
            for one in batch
        ]  # fmt: skip

    def tell(session: Session, told: TakenAway) -> int:
        ids = {one.id for one in batch}
        due = due_documents(session, home.settings.retention, home.clock.now(), ids).get(kind, [])
        if not ids <= {one.id for one in due}:
            raise NotWholeError("a body of the batch was held, or seen again, meanwhile")
        data: dict[str, Any] = {
            "class": kind, "rule": rule, "count": len(batch), "size_bytes": sum(one.size_bytes for one in batch),
            "documents": [[one.id, one.sha256, one.size_bytes] for one in batch], "files": told.files,
        }  # fmt: skip
        event_id = add_event(session, REMOVED_EVENT, actor=SYSTEM, now=home.clock.now(), data=data)
        assert event_id is not None  # noqa: S101  # without a key, an event is always written
        return event_id

    def forget_all(contents: Sequence[tuple[str, int]]) -> None:
        forget_copies(home.settings.home, contents)
        forget()

    remove_bodies(home.archive, home.database, home.clock, bodies, rule=rule, tell=tell, forget=forget_all)
