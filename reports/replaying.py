"""What reports have to be by their events alone, for whoever verifies the record."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from incidents.casework.changes import CHANGES, play
from incidents.models import Event
from reports.models import ReportDraft, ReportOutput, ReportVersion
from reports.values import hash_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy.orm import Session

SAVED, ASKED = "report-saved", "report-asked"
PLAYED = (ASKED, "report-approved", "report-returned", "report-filed")


@dataclass(slots=True)
class PlayedVersion:
    """A version as its events have it; the names are those of its columns, but for ``outputs``.

    ``writers`` are None where the event is of a time when it did not name them.
    """

    about: str
    incident_id: int | None
    form: str
    number: int
    sha256: str
    asked_at: datetime
    asked_by: str
    writers: list[str] | None = None
    state: str = "waiting"
    decided_at: datetime | None = None
    decided_by: str = ""
    said: str = ""
    filed_at: datetime | None = None
    filed_by: str = ""
    recipient: str = ""
    reference: str = ""
    outputs: dict[str, str] = field(default_factory=dict)


def find_wrong_reports(session: Session) -> Iterator[tuple[str, str]]:
    """Where a report is not as its events have it, and what is wrong, one by one."""
    played = _replay(session)
    for row in session.scalars(select(ReportVersion).order_by(ReportVersion.id)):
        where, wanted = f"version {row.number} of report {row.form}, {row.about}", played.pop(row.id, None)
        if wanted is None:
            yield where, "no timeline tells of it"
            continue
        yield from ((where, said) for said in _differences(session, row, wanted))
    for one in played.values():
        yield f"version {one.number} of report {one.form}, {one.about}", "its timeline is there, it is not"
    saved = {int(event.data["draft"]): event for event in _events(session, (SAVED,))}
    for draft in session.scalars(select(ReportDraft).order_by(ReportDraft.id)):
        told = saved.pop(draft.id, None)
        if told is None or _as_saved(draft) != _as_told(told):
            yield f"draft of report {draft.form}, {draft.about}", "it is not what was saved last"
    for told in saved.values():
        yield f"draft of report {told.data['form']}, {told.data['about']}", "its timeline is there, it is not"


def _as_saved(draft: ReportDraft) -> tuple[Any, ...]:
    return draft.form, draft.about, hash_of(draft.items), draft.revision, draft.saved_by


def _as_told(event: Event) -> tuple[Any, ...]:
    return (*(event.data[name] for name in ("form", "about", "sha256", "revision")), event.actor)


def _differences(session: Session, row: ReportVersion, wanted: PlayedVersion) -> Iterator[str]:
    for name in PlayedVersion.__dataclass_fields__:
        if name == "outputs" or (name == "writers" and wanted.writers is None):
            continue
        if getattr(row, name) != getattr(wanted, name):
            yield f"its {name} is {getattr(row, name)}, its timeline came to {getattr(wanted, name)}"
    if hash_of(row.content) != wanted.sha256:
        yield "what it says is not what was handed over"
    there = {one.format: one for one in session.scalars(select(ReportOutput).where(ReportOutput.version_id == row.id))}
    for name in sorted(there.keys() | wanted.outputs.keys()):
        one = there.get(name)
        if one is None or hashlib.sha256(one.content).hexdigest() != wanted.outputs.get(name):
            yield f"its {name} is not the file that was handed over"


def _replay(session: Session) -> dict[int, PlayedVersion]:
    found: dict[int, PlayedVersion] = {}
    for event in _events(session, PLAYED):
        number, data = int(event.data["version"]), event.data
        if event.kind == ASKED:
            made: dict[str, Any] = data["made"]
            found[number] = PlayedVersion(
                **made, asked_at=event.happened_at, asked_by=event.actor, outputs=dict(data["outputs"])
            )  # fmt: skip
        elif number in found:
            play(found[number], data[CHANGES])
    return found


def _events(session: Session, kinds: tuple[str, ...]) -> list[Event]:
    return list(session.scalars(select(Event).where(Event.kind.in_(kinds)).order_by(Event.id)))
