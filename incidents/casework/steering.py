"""What a person decides about incidents: how grave, which are one, which belong together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incidents.casework.changes import CHANGES, change
from incidents.casework.merging import merge, split
from incidents.casework.models import Relation
from incidents.casework.standing import check_may_steer, check_may_work, needed, whole
from incidents.errors import IncidentError
from incidents.figures import recount
from incidents.severity import LEVELS
from incidents.timeline.events import add_event

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from core.actors import Actor

SEVERITY_SET, RELATED, UNRELATED, BY_HAND, SPLIT = (
    "severity-set",
    "related",
    "unrelated",
    "merged-by-hand",
    "split",
)


def set_severity(session: Session, incident_id: int, level: str, *, actor: Actor, now: datetime, reason: str) -> None:
    """Say how grave an incident is, whatever its figures come to; an empty level leaves it to the figures again.

    Raises:
        IncidentError: No such level, no reason, who acts is no responder, or there is no such whole incident.
    """
    incident = whole(session, incident_id)
    check_may_steer(actor, SEVERITY_SET)
    words = needed(reason, SEVERITY_SET)
    if level and level not in LEVELS:
        raise IncidentError("no_level", level=level, expected=", ".join(LEVELS))
    before = incident.severity
    changes = change(incident, severity_set=level)
    recount(session, incident)
    incident.updated_at = now
    data = {"severity_before": before, "severity": incident.severity, "reason": words, CHANGES: changes}
    add_event(session, SEVERITY_SET, actor=actor, now=now, incident_id=incident_id, data=data)


def merge_by_hand(session: Session, into_id: int, other_id: int, *, actor: Actor, now: datetime, reason: str) -> None:
    """Make an incident part of another one, since they are one leak; `incidents.casework.merging.split` undoes it.

    Raises:
        IncidentError: They are the same, one is none or a part already, no reason, or who acts is no responder.
    """
    into, other = whole(session, into_id), whole(session, other_id)
    check_may_steer(actor, BY_HAND)
    if into_id == other_id:
        raise IncidentError("same_incident", incident=into_id)
    merge(session, into, other, now=now, actor=actor, reason=needed(reason, BY_HAND))


def split_by_hand(session: Session, incident_id: int, *, actor: Actor, now: datetime, reason: str) -> None:
    """Take an incident out of the one that it was merged into; each has what it had.

    Raises:
        IncidentError: It is no part of another one, no reason, or who acts is no responder.
    """
    check_may_steer(actor, SPLIT)
    split(session, incident_id, actor=actor, reason=needed(reason, SPLIT), now=now)


def relate(session: Session, one_id: int, other_id: int, *, actor: Actor, now: datetime, reason: str) -> None:
    """Say that two incidents belong together, without being one leak; both tell of it.

    Raises:
        IncidentError: They are the same or related already, one is none, no reason, or one is not theirs.
    """
    words = needed(reason, RELATED)
    first, second = _pair(session, one_id, other_id, actor, RELATED)
    if session.get(Relation, (first, second)) is not None:
        raise IncidentError("related", incident=one_id, other=other_id)
    session.add(Relation(first=first, second=second, reason=words))
    _tell_both(session, RELATED, first, second, words, actor=actor, now=now)


def unrelate(session: Session, one_id: int, other_id: int, *, actor: Actor, now: datetime, reason: str) -> None:
    """Say that two incidents do not belong together after all.

    Raises:
        IncidentError: They were not related, no reason, or one is not theirs.
    """
    words = needed(reason, UNRELATED)
    first, second = _pair(session, one_id, other_id, actor, UNRELATED)
    relation = session.get(Relation, (first, second))
    if relation is None:
        raise IncidentError("not_related", incident=one_id, other=other_id)
    session.delete(relation)
    _tell_both(session, UNRELATED, first, second, words, actor=actor, now=now)


def _pair(session: Session, one_id: int, other_id: int, actor: Actor, action: str) -> tuple[int, int]:
    if one_id == other_id:
        raise IncidentError("same_incident", incident=one_id)
    for incident_id in (one_id, other_id):
        whole(session, incident_id)
        check_may_work(session, incident_id, actor, action)
    return min(one_id, other_id), max(one_id, other_id)


def _tell_both(
    session: Session, kind: str, first: int, second: int, reason: str, *, actor: Actor, now: datetime
) -> None:
    for one, other in ((first, second), (second, first)):
        data = {"other": other, "reason": reason}
        add_event(session, kind, actor=actor, now=now, incident_id=one, data=data)
