"""Whose extracts leaked: what a data owner may see is the incidents of their own extracts, and no others."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from incidents.groups import group_ids, root_of
from incidents.models import FindingRow, Incident, LeakExtract

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy.orm import Session


ALL = "*"
"""Whoever answers for every extract answers for what none of them explains, too."""


def keep_extracts(session: Session, finding_id: int, extracts: Sequence[Mapping[str, Any]]) -> None:
    """Keep which extracts explain a finding: those that do it better than chance, or whichever does it best.

    Args:
        session: A writing session.
        finding_id: Of a finding of an incident.
        extracts: As the finding has them, best first; ``covered`` is how many customers each explains.
    """
    telling = [one for one in extracts if one.get("covered")]
    likely = [one for one in telling if one.get("score", 0) > 0] or telling[:1]
    rows = [{"extract": str(one["extract"]), "finding_id": finding_id} for one in likely]
    if rows:
        session.execute(insert(LeakExtract), rows)


def extracts_of(session: Session, incident_id: int) -> set[str]:
    """The extracts that explain customers of an incident, of what was merged into it too."""
    found = select(LeakExtract.extract).join(FindingRow, FindingRow.id == LeakExtract.finding_id)
    return set(session.scalars(found.where(FindingRow.incident_id.in_(group_ids(session, incident_id))).distinct()))


def incidents_of(session: Session, patterns: Iterable[str]) -> set[int]:
    """The incidents, and the wholes that they are part of, of extracts whose names fit one of these."""
    patterns = tuple(patterns)
    names = [name for name in session.scalars(select(LeakExtract.extract).distinct()) if is_named(name, patterns)]
    found = select(FindingRow.incident_id).join(LeakExtract, LeakExtract.finding_id == FindingRow.id)
    ids = {one for one in session.scalars(found.where(LeakExtract.extract.in_(names)).distinct()) if one is not None}
    parts = session.scalars(select(Incident.id).where(Incident.id.in_(ids), Incident.merged_into.is_not(None))).all()
    return ids | {root_of(session, part) for part in parts}


def is_of(session: Session, incident_id: int, patterns: Iterable[str]) -> bool:
    """Whether an incident, or the whole that it is part of, is of an extract whose name fits one of these."""
    patterns = tuple(patterns)
    if ALL in patterns:
        return True
    return any(is_named(name, patterns) for name in extracts_of(session, root_of(session, incident_id)))


def is_named(name: str, patterns: Iterable[str]) -> bool:
    """Whether the name of an extract fits one of these, ``*`` standing for any part of a name."""
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
