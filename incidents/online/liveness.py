"""Where a leak still stands: what becomes of its posts is told in the timeline of its incident, each thing once."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from archive.models import Capture, DocumentRow
from core.actors import SYSTEM
from incidents.groups import root_of
from incidents.models import Event, Incident, Sighting
from incidents.states import CLOSED, DISMISSED
from incidents.timeline.events import add_event

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

TAKEN_DOWN, BACK, EDITED = "taken-down", "back-again", "edited"


@dataclass(frozen=True, slots=True)
class SightedPlace:
    """A place where a leak was seen."""

    capture_id: int
    incident_id: int
    source: str
    address: str


@dataclass(frozen=True, slots=True)
class Edit:
    """A sighting whose place shows another text now: the captures and documents before and after."""

    place: SightedPlace
    capture_id: int
    before: DocumentRow
    after: DocumentRow


def sighted_places(session: Session) -> list[SightedPlace]:
    """The places of all incidents that are neither closed nor dismissed."""
    rows = session.execute(
        select(Capture.id, Sighting.incident_id, Capture.source, Capture.address)
        .join(Sighting, Sighting.capture_id == Capture.id)
        .join(Incident, Incident.id == Sighting.incident_id)
        .where(Incident.state.not_in((CLOSED, DISMISSED)))
    )
    return [SightedPlace(*row) for row in rows]


def tell_standing(session: Session, place: SightedPlace, gone_at: datetime | None, *, now: datetime) -> bool:
    """Write that a post is gone, or there again, if that is news; whether it is."""
    last = session.scalar(
        select(Event)
        .where(Event.kind.in_((TAKEN_DOWN, BACK)), Event.key.startswith(f"standing:{place.capture_id}:"))
        .order_by(Event.id.desc())
        .limit(1)
    )
    was_gone = last is not None and last.kind == TAKEN_DOWN
    if (gone_at is not None) == was_gone:
        return False
    key = f"standing:{place.capture_id}:{last.id if last else 0}"
    data = {"address": place.address, "capture_id": place.capture_id}
    written = add_event(
        session, TAKEN_DOWN if gone_at else BACK, actor=SYSTEM, now=now, source=place.source, data=data, key=key,
        incident_id=root_of(session, place.incident_id), happened_at=gone_at or now,
    )  # fmt: skip
    return written is not None


def new_edits(session: Session, places: Sequence[SightedPlace]) -> list[Edit]:
    """Later captures at these places with another content, of which the timeline does not tell yet."""
    found = []
    for place in places:
        later = (
            select(Capture)
            .where(Capture.source == place.source, Capture.address == place.address, Capture.id > place.capture_id)
            .order_by(Capture.id)
            .limit(1)
        )
        capture = session.scalar(later)
        if capture is None or session.scalar(select(Event.id).where(Event.key == _edit_key(capture.id))) is not None:
            continue
        before = session.get_one(Capture, place.capture_id).document
        if capture.document_id != before.id:
            found.append(Edit(place, capture.id, before, capture.document))
    return found


def tell_edit(session: Session, edit: Edit, before: str, after: str, *, now: datetime) -> None:
    """Write how a post was changed: counts of lines and the two documents, no word of them."""
    old, new = before.splitlines(), after.splitlines()
    changes = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if _is_short(old, new) else []
    removed = sum(end - start for kind, start, end, _, _ in changes if kind != "equal")
    added = sum(end - start for kind, _, _, start, end in changes if kind != "equal")
    data = {
        "address": edit.place.address, "document_before": edit.before.id, "document_id": edit.after.id,
        "added": added, "removed": removed, "lines_before": len(old), "lines": len(new),
    }  # fmt: skip
    add_event(
        session, EDITED, actor=SYSTEM, now=now, source=edit.place.source, data=data, key=_edit_key(edit.capture_id),
        incident_id=root_of(session, edit.place.incident_id),
    )  # fmt: skip


def _is_short(*texts: list[str]) -> bool:
    """Whether two texts can be compared line by line in a moment."""
    return all(len(text) <= MOST_LINES for text in texts)


def _edit_key(capture_id: int) -> str:
    return f"edit:{capture_id}"


MOST_LINES = 2000
