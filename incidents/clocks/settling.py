"""What was done about a deadline: met with something, waived with a reason, or running again after all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from deadlines.evaluation import evaluate
from deadlines.rulebook import Rulebook, load_regimes
from incidents.casework.changes import CHANGES, change
from incidents.casework.standing import check_live, check_may_steer, needed, whole
from incidents.clocks.cases import facts_of
from incidents.clocks.keeping import WAS_MET, Keeper, keep, put_row, shown_met, tell
from incidents.clocks.models import EARLIEST, MET, RUNNING, WAIVED, DeadlineRow
from incidents.errors import ForbiddenActionError, IncidentError

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from core.actors import Actor
    from incidents.models import Incident

WAS_WAIVED, RESUMED = "clock-waived", "clock-resumed"
SETTLING: Final = (WAS_MET, WAS_WAIVED, RESUMED)


def meet(
    session: Session,
    incident_id: int,
    name: str,
    *,
    reference: str,
    at: datetime,
    actor: Actor,
    now: datetime,
    book: Rulebook | None = None,
) -> None:
    """A deadline was met: what it asks for was done.

    Args:
        session: A writing session.
        incident_id: The whole incident.
        name: Regime and step, ``jp-appi-authority/first-report``.
        reference: With what: a receipt's number, what was sent to whom.
        at: When that was.
        actor: A responder.
        now: When it is written down.
        book: The regimes; those that come with Hinomi unless given.

    Raises:
        IncidentError: There is no such deadline, it is settled, nothing says with what, the moment has not come or
            is before `EARLIEST`, who acts is no responder, or the incident is over, part of another, or none.
    """
    incident, words = _checked(session, incident_id, actor, WAS_MET, reference)
    if at < EARLIEST:
        raise IncidentError("met_early", name=name, earliest=f"{EARLIEST:%Y-%m-%d}")
    if at > now:
        raise IncidentError("met_ahead", name=name, at=f"{at:%Y-%m-%d %H:%M %Z}")
    keeper = Keeper(book or load_regimes(), actor, now)
    row = _open_row(session, incident, name, keeper)
    changes = change(
        row, state=MET, reference=words, reason="", met_at=at, settled_at=now, settled_by=actor.name
    )  # fmt: skip
    incident.updated_at = now
    tell(session, WAS_MET, row, keeper, {"reference": words, "at": shown_met(row), CHANGES: changes})


def waive_clock(
    session: Session,
    incident_id: int,
    name: str,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
    book: Rulebook | None = None,
) -> None:
    """Nothing has to be done about a deadline, and why.

    Raises:
        IncidentError: There is no such deadline, it is settled, no reason is given, who acts is no responder, or the
            incident is over, part of another, or none.
    """
    incident, words = _checked(session, incident_id, actor, WAS_WAIVED, reason)
    keeper = Keeper(book or load_regimes(), actor, now)
    row = _open_row(session, incident, name, keeper)
    changes = change(row, state=WAIVED, reason=words, settled_at=now, settled_by=actor.name)
    incident.updated_at = now
    tell(session, WAS_WAIVED, row, keeper, {"reason": words, CHANGES: changes})


def resume(
    session: Session,
    incident_id: int,
    name: str,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
    book: Rulebook | None = None,
) -> None:
    """A deadline that was met or waived runs again, as the facts are now.

    Raises:
        IncidentError: There is no such deadline, it is not settled, no reason is given, who acts is no responder, or
            the incident is over, part of another, or none.
    """
    incident, words = _checked(session, incident_id, actor, RESUMED, reason)
    row = find_row(session, incident_id, name)
    if row is None or row.state not in {MET, WAIVED}:
        raise ForbiddenActionError("clock_open", name=name, incident=incident_id)
    changes = change(row, state=RUNNING, reason="", reference="", met_at=None, settled_at=None, settled_by="")
    incident.updated_at = now
    keeper = Keeper(book or load_regimes(), actor, now)
    tell(session, RESUMED, row, keeper, {"reason": words, CHANGES: changes})
    keep(session, incident_id, keeper.book, now=now, actor=actor)


def find_row(session: Session, incident_id: int, name: str) -> DeadlineRow | None:
    """The deadline of that name, if it ever ran for an incident."""
    regime, _, step = name.partition("/")
    asked = select(DeadlineRow).where(DeadlineRow.incident_id == incident_id)
    return session.scalar(asked.where(DeadlineRow.regime == regime, DeadlineRow.step == step))


def _checked(session: Session, incident_id: int, actor: Actor, action: str, words: str) -> tuple[Incident, str]:
    incident = whole(session, incident_id)
    check_may_steer(actor, action)
    check_live(incident, action)
    return incident, needed(words, action)


def _open_row(session: Session, incident: Incident, name: str, keeper: Keeper) -> DeadlineRow:
    """The deadline, running or stopped; one that never ran begins, since somebody did what it asks for all the same."""
    row = find_row(session, incident.id, name)
    if row is None:
        known = evaluate(keeper.book.evaluated, facts_of(session, incident), keeper.now)
        wanted = next((one for one in known if f"{one.regime.id}/{one.step.id}" == name), None)
        if wanted is None:
            names = ", ".join(f"{one.regime.id}/{one.step.id}" for one in known)
            raise IncidentError("no_clock", name=name, expected=names or "–")
        return put_row(session, incident, wanted, keeper)
    if row.state in {MET, WAIVED}:
        raise ForbiddenActionError("clock_settled", name=name, incident=incident.id)
    return row
