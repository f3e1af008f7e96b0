"""States that follow from entries: an incident's state is a row that changes, and its timeline says what it must be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from incidents.models import Event, Incident
from incidents.states import ACTIONS, OPEN
from transparency.verify.damage import Damage

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from transparency.verify.damage import Report

WOKEN = "woken"
MERGING = ("merged", "merged-into", "split")


def find_wrong_states(session: Session, report: Report) -> None:
    """Compare the state of every incident with what its timeline came to; those that were ever merged are left out."""
    merged = set(session.scalars(select(Event.incident_id).where(Event.kind.in_(MERGING)).distinct()))
    told = select(Event.incident_id, Event.data).where(Event.kind.in_([*ACTIONS, WOKEN])).order_by(Event.id)
    states = {incident_id: data.get("state") for incident_id, data in session.execute(told)}
    for incident_id, state in session.execute(select(Incident.id, Incident.state).order_by(Incident.id)):
        wanted = states.get(incident_id, OPEN)
        if incident_id not in merged and state != wanted:
            said = f"it is {state}, its timeline came to {wanted}"
            report.add(Damage("state-differs", f"incident {incident_id}", report.size, said=said))
