"""Incidents that were merged: which rows make up one incident as people see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from incidents.models import Incident

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def group_ids(session: Session, incident_id: int) -> list[int]:
    """The incident and everything merged into it, itself first; merges of merges included."""
    ids = [incident_id]
    step = ids
    while step:
        step = list(session.scalars(select(Incident.id).where(Incident.merged_into.in_(step)).order_by(Incident.id)))
        ids += step
    return ids


def root_of(session: Session, incident_id: int) -> int:
    """The incident that this one is part of: itself unless it was merged."""
    while (parent := session.scalar(select(Incident.merged_into).where(Incident.id == incident_id))) is not None:
        incident_id = parent
    return incident_id
