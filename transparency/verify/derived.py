"""What follows from entries: incidents as timelines and findings have them, compared with the rows as they are."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np
from pyroaring import BitMap
from sqlalchemy import select

from incidents.casework.models import Relation, Task
from incidents.casework.replaying import PlayedTask, replay_relations, replay_tasks
from incidents.clocks.models import DeadlineRow, FactRow
from incidents.clocks.replaying import PlayedDeadline, PlayedFact, replay_deadlines, replay_facts
from incidents.figures import Figures, figures_of
from incidents.leak_index import leak_rows
from incidents.models import Event, FindingRow, Incident, LeakLine, LeakMember, LeakSample, Sighting
from incidents.same_leak import LeakContent
from incidents.timeline.replay import Played, replay
from reports.replaying import find_wrong_reports
from transparency.verify.damage import Damage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from transparency.verify.damage import Report

SHOWN = 5


def find_wrong_incidents(session: Session, report: Report) -> None:
    """Compare every incident with what its timeline came to, and its figures with its findings and places."""
    played, seen = replay(session), set[int]()
    for incident in session.scalars(select(Incident).order_by(Incident.id)):
        seen.add(incident.id)
        where = f"incident {incident.id}"
        if incident.id not in played:
            report.add(Damage("row-unlogged", where, report.size, said="no timeline tells of it"))
            continue
        for name, is_now, wanted in _differences(incident, played[incident.id], Played):
            said = f"its {name} is {is_now}, its timeline came to {wanted}"
            report.add(Damage("state-differs", where, report.size, said=said))
        for name, is_now, wanted in _differences(incident, figures_of(session, incident.id), Figures):
            shown = f"is {is_now}, its findings give {wanted}" if name != "members" else "are not those of its findings"
            report.add(Damage("figures-differ", where, report.size, said=f"its {name} {shown}"))
    for gone in sorted(set(played) - seen):
        report.add(Damage("row-removed", f"incident {gone}", report.size, said="its timeline is there, it is not"))


def find_wrong_tasks(session: Session, report: Report) -> None:
    """Compare every task, and what incidents are related to, with what timelines came to."""
    played = replay_tasks(session)
    for task in session.scalars(select(Task).order_by(Task.id)):
        _compare(report, f"task {task.id} of incident {task.incident_id}", task, played.pop(task.id, None), PlayedTask)
    for gone in sorted(played):
        report.add(Damage("row-removed", f"task {gone}", report.size, said="its timeline is there, it is not"))
    there = {(row.first, row.second): row.reason for row in session.scalars(select(Relation))}
    told = replay_relations(session)
    for pair in sorted(pair for pair in there.keys() | told.keys() if there.get(pair) != told.get(pair)):
        said = "whether and why they are related is not what their timelines say"
        report.add(Damage("state-differs", f"incidents {pair[0]} and {pair[1]}", report.size, said=said))


def find_wrong_deadlines(session: Session, report: Report) -> None:
    """Compare every deadline, and what people said for them, with what timelines came to."""
    played = replay_deadlines(session)
    for row in session.scalars(select(DeadlineRow).order_by(DeadlineRow.id)):
        where, wanted = f"deadline {row.id} of incident {row.incident_id}", played.pop(row.id, None)
        _compare(report, where, row, wanted, PlayedDeadline)
    for gone in sorted(played):
        report.add(Damage("row-removed", f"deadline {gone}", report.size, said="its timeline is there, it is not"))
    said = replay_facts(session)
    for fact in session.scalars(select(FactRow).order_by(FactRow.incident_id, FactRow.name)):
        key = (fact.incident_id, fact.name)
        _compare(report, f"{fact.name} of incident {fact.incident_id}", fact, said.pop(key, None), PlayedFact)
    for incident_id, name in sorted(said):
        where = f"{name} of incident {incident_id}"
        report.add(Damage("row-removed", where, report.size, said="its timeline is there, it is not"))


def find_wrong_report_versions(session: Session, report: Report) -> None:
    """Compare every report, what it says and its files, with what its events came to."""
    for where, said in find_wrong_reports(session):
        report.add(Damage("state-differs", where, report.size, said=said))


def _compare(report: Report, where: str, row: object, wanted: object | None, kind: type[Any]) -> None:
    """Compare a row with what its events came to."""
    if wanted is None:
        report.add(Damage("row-unlogged", where, report.size, said="no timeline tells of it"))
        return
    for name, is_now, should in _differences(row, wanted, kind):
        said = f"its {name} is {is_now}, its timeline came to {should}"
        report.add(Damage("state-differs", where, report.size, said=said))


def _differences(row: object, wanted: object, kind: type[Any]) -> Iterator[tuple[str, object, object]]:
    for field in fields(kind):
        is_now, should = getattr(row, field.name), getattr(wanted, field.name)
        if should is None and field.name in {"opened_at", "first_seen_at"}:
            continue  # nothing tells of it
        if field.name == "members":
            is_now, should = BitMap.deserialize(is_now), BitMap.deserialize(should)
        if is_now != should:
            yield field.name, is_now, should


def find_wrong_sightings(session: Session, report: Report) -> None:
    """Compare the places of every incident with the events that told of them."""
    key = "sighting:"
    asked = select(Event.incident_id, Event.data).where(Event.key.startswith(key, autoescape=True))
    told = {(data["capture_id"], incident_id, data["finding_id"]) for incident_id, data in session.execute(asked)}
    rows = session.execute(select(Sighting.capture_id, Sighting.incident_id, Sighting.finding_id))
    there = {tuple(row) for row in rows}
    for capture_id, incident_id, _ in sorted(there - told):
        said = "no event tells of it"
        report.add(Damage("sighting-differs", f"place {capture_id} in incident {incident_id}", report.size, said=said))
    for capture_id, incident_id, _ in sorted(told - there):
        said = "an event tells of it, and no such row is there"
        report.add(Damage("sighting-differs", f"place {capture_id} in incident {incident_id}", report.size, said=said))


def find_wrong_leak_index(session: Session, report: Report) -> None:
    """Compare what new leaks are looked up in with the findings that it was made from."""
    taken = select(FindingRow).where(FindingRow.incident_id.is_not(None)).order_by(FindingRow.id)
    for finding in session.scalars(taken.execution_options(yield_per=100)):
        members, lines, sample = leak_rows(LeakContent("", finding.sketch, BitMap.deserialize(finding.members)))
        of_finding = select(LeakMember.bucket, LeakMember.lows).where(LeakMember.finding_id == finding.id)
        kept = {bucket: bytes(lows) for bucket, lows in session.execute(of_finding)}
        kept_lines = set(session.scalars(select(LeakLine.line).where(LeakLine.finding_id == finding.id)))
        row = session.get(LeakSample, finding.id)
        kept_sample = set(np.frombuffer(row.sample, "<u4").tolist()) if row else None
        if (kept, kept_lines, kept_sample) != (members, lines, set(np.frombuffer(sample, "<u4").tolist())):
            said = "what later leaks are compared with is not what the finding holds"
            report.add(Damage("lookup-differs", f"finding {finding.id}", report.size, said=said))
