"""A file that somebody hands in: archived like a captured one, and its finding taken in like any other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from archive.models import Capture, DocumentRow
from core.clock import DEFAULT_ZONE
from custody.register.holdings import first_lent, who_was_lent
from incidents.admission import take_capture, take_finding
from incidents.figures import with_days, with_holders
from incidents.findings import record_finding
from judging.judge import new_finding
from judging.own_date import own_date

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from archive.store import Archive
    from core.clock import Clock
    from core.database import Database
    from matcher.finding import Finding


HANDED_IN: Final = "持ち込み / handed in: {by}"


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What became of the file; ``incident_id`` is None when the finding opens nothing."""

    document_id: int
    finding_id: int
    incident_id: int | None
    opened: bool


def hand_in(
    content: Path | bytes,
    name: str,
    finding: Finding,
    *,
    generation: int,
    archive: Archive,
    database: Database,
    clock: Clock,
    zone: str = DEFAULT_ZONE,
    extracts: Sequence[Mapping[str, Any]] = (),
    posted: tuple[datetime, str] | None = None,
    by: str = "",
    reason: str = "",
) -> HandedIn:
    """Archive a file and let its finding open or join an incident; the same file again adds nothing.

    Args:
        content: The file.
        name: What it is called in the incident.
        finding: What the matcher said about it.
        generation: Of the index that the matcher used.
        archive: Takes the file.
        database: Takes the rows.
        clock: Says when.
        zone: Of times in the file that say none.
        extracts: The ranking of extracts, as JSON.
        posted: When it was out there at the latest, and how that was written; its own date (`own_date`) unless given.
        by: Who handed it in: kept with the capture as what it was taken for.
        reason: Why, or where they have it from: kept as the grounds for taking it.

    Raises:
        ArchiveError: The file cannot be read or kept.
    """
    if posted is None and isinstance(content, Path):
        posted = own_date(content, now=clock.now(), zone=zone)
    kept = archive.hand_in(content, name, posted=posted, why=(HANDED_IN.format(by=by) if by else "", reason))
    with database.write() as session:
        document = session.get_one(DocumentRow, kept.document_id, with_for_update=True)
        ranked = with_holders(with_days(extracts, first_lent(session)), who_was_lent(session))
        new = new_finding(finding, extracts=ranked)
        row = record_finding(session, document, new, generation=generation, now=clock.now())
        taken = take_finding(session, row, now=clock.now())
        incident_id = _place(session, kept.capture_id, clock.now()) or taken.incident_id
        archive.settle(session, document.id, held=document.held)
        return HandedIn(document.id, row.id, incident_id, taken.opened)


def _place(session: Session, capture_id: int, now: datetime) -> int | None:
    """The incident that a new place of a known content joined."""
    capture = session.get_one(Capture, capture_id)
    return take_capture(session, capture, now=now) if capture.state == "new" else None
