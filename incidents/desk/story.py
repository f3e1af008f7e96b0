"""The story of an incident in order: posted, seen, matched, told, acknowledged, confirmed, contained, closed.

What the reader looks for are the gaps: how long a leak stood before it was seen, and each hand-over after that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from archive.models import Capture
from incidents.casework.changes import CHANGES
from incidents.groups import group_ids
from incidents.models import Event, FindingRow, Incident, Sighting
from incidents.states import CLOSE, CONFIRM_CSIRT, CONFIRM_OWNER, CONTAIN, DISMISS, LIVE, REOPEN
from incidents.timeline.attention import ACKNOWLEDGED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import timedelta

    from sqlalchemy.orm import Session

POSTED, SEEN, MATCHED, TOLD, WOKEN = "posted", "seen", "matched", "told", "woken"
_TOLD: Final = "alert-sent"
_FIRST: Final = {_TOLD: TOLD, ACKNOWLEDGED: ACKNOWLEDGED, CONFIRM_CSIRT: CONFIRM_CSIRT, CONFIRM_OWNER: CONFIRM_OWNER}
"""Kinds of events of which the first is told."""
_LAST: Final = (CONTAIN, CLOSE, DISMISS)
"""Kinds of which the last is told, and only if the incident was not opened again since."""
_AGAIN: Final = (REOPEN, WOKEN)
REPORTED: Final = "report-filed"
"""Kind of events of which each is told."""
WANTED: Final = (ACKNOWLEDGED, CONFIRM_CSIRT, CONFIRM_OWNER, CONTAIN, CLOSE)
"""What a live incident comes to, in this order."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One step of the story.

    Attributes:
        name: ``posted``, ``seen``, ``matched``, ``told`` or a kind of event.
        at: When it happened; none for what is still to come.
        actor: Whose step it was, where it was a person's.
        after: How long after the step before; none for the first and for what is to come.
        is_longest: Whether no other gap is longer.
        form: Of a report that was filed: which form.
        number: Of a report that was filed: which version.
    """

    name: str
    at: datetime | None
    actor: str = ""
    after: timedelta | None = None
    is_longest: bool = False
    form: str = ""
    number: int = 0


def story_of(session: Session, incident_id: int, *, with_reports: bool = True) -> list[Moment]:
    """The steps of an incident and of what was merged into it, in the order they happened, then what is to come.

    Args:
        session: For reading.
        incident_id: Of which incident.
        with_reports: Whether reports that were filed are steps; in a report itself they are not, for its own filing
            would make it say something new.
    """
    parts = group_ids(session, incident_id)
    incident = session.get_one(Incident, incident_id)
    posted, seen = session.execute(
        select(func.min(Capture.posted_at), func.min(Capture.fetched_at))
        .join(Sighting, Sighting.capture_id == Capture.id)
        .where(Sighting.incident_id.in_(parts))
    ).one()
    matched = session.scalar(select(func.min(FindingRow.made_at)).where(FindingRow.incident_id.in_(parts)))
    facts = ((POSTED, posted), (SEEN, seen), (MATCHED, matched))
    moments = [Moment(name, at) for name, at in facts if at is not None]
    moments += _steps(_events(session, parts))
    moments += _filed(session, parts) if with_reports else ()
    return tell(moments, is_live=incident.state in LIVE and incident.merged_into is None)


def tell(moments: Iterable[Moment], *, is_live: bool) -> list[Moment]:
    """Moments in order, each with its gap, and behind them what a live incident still comes to.

    Of two moments at once the one that comes first in the life of an incident stands first.
    """
    places = {
        name: place for place, name in enumerate((POSTED, SEEN, MATCHED, TOLD, *WANTED, DISMISS, *_AGAIN, REPORTED))
    }
    dated = [(moment.at, places[moment.name], moment) for moment in moments if moment.at is not None]
    ordered = sorted(dated, key=lambda one: one[:2])
    gaps = [later[0] - earlier[0] for earlier, later in pairwise(ordered)]
    longest = max(range(len(gaps)), key=gaps.__getitem__) if len(gaps) > 1 and max(gaps) else -1
    told = [
        replace(one, after=gaps[place - 1] if place else None, is_longest=place - 1 == longest >= 0)
        for place, (_, _, one) in enumerate(ordered)
    ]
    known = {moment.name for moment in told}
    return [*told, *(Moment(name, None) for name in WANTED if is_live and name not in known)]


def _events(session: Session, parts: Sequence[int]) -> list[Event]:
    kinds = (*_FIRST, *_LAST, *_AGAIN)
    first_and_last = (
        select(func.min(Event.id)).where(Event.incident_id.in_(parts), Event.kind.in_(kinds)).group_by(Event.kind),
        select(func.max(Event.id)).where(Event.incident_id.in_(parts), Event.kind.in_(kinds)).group_by(Event.kind),
    )
    ids = {one for asked in first_and_last for one in session.scalars(asked)}
    return list(session.scalars(select(Event).where(Event.id.in_(ids)).order_by(Event.id)))


def _filed(session: Session, parts: Sequence[int]) -> Iterator[Moment]:
    """Each report that was filed, when it was handed in."""
    asked = select(Event).where(Event.incident_id.in_(parts), Event.kind == REPORTED)
    for event in session.scalars(asked.order_by(Event.id)):
        at = datetime.fromisoformat(event.data[CHANGES]["filed_at"][1])
        yield Moment(REPORTED, at, event.actor, form=str(event.data["form"]), number=int(event.data["number"]))


def _steps(events: Sequence[Event]) -> list[Moment]:
    found: dict[str, Event] = {}
    for event in events:
        if event.kind in _FIRST:
            found.setdefault(event.kind, event)
        else:
            found[event.kind] = event
    again = max((found[kind].id for kind in _AGAIN if kind in found), default=0)
    kept = [event for kind, event in found.items() if kind not in _LAST or event.id > again]
    by_program = {_TOLD, WOKEN}
    return [
        Moment(_FIRST.get(event.kind, event.kind), event.happened_at, "" if event.kind in by_program else event.actor)
        for event in kept
    ]
