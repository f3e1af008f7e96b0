"""Reading reports: how each form of an incident stands, and every version that there is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from core.texts import load_texts
from people.roles import Permission, may
from reports.forms import load_forms
from reports.models import ReportDraft, ReportVersion

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.orm import Session

    from core.actors import Actor
    from reports.filling import ReportSubject


@dataclass(frozen=True, slots=True)
class FormLine:
    """A form of an incident or a quarter as one line: whether somebody writes it, and its latest version."""

    form: str
    title: str
    approver: str
    saved_at: datetime | None
    saved_by: str
    latest: VersionLine | None


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version as one line of a list; ``subject`` is an incident's number or a quarter."""

    form: str
    title: str
    about: str
    subject: str
    incident_id: int | None
    number: int
    state: str
    sha256: str
    asked_at: datetime
    asked_by: str
    decided_at: datetime | None
    decided_by: str
    said: str
    filed_at: datetime | None
    filed_by: str
    recipient: str
    reference: str


def list_forms(session: Session, about: ReportSubject, *, language: str, actor: Actor) -> list[FormLine]:
    """The forms that are about such a thing and that somebody may see."""
    drafts = {one.form: one for one in session.scalars(select(ReportDraft).where(ReportDraft.about == about.written))}
    asked = select(ReportVersion).where(ReportVersion.about == about.written).order_by(ReportVersion.number)
    latest = {one.form: one for one in session.scalars(asked)}
    texts = load_texts("reports", language)
    lines = []
    for name, form in load_forms().items():
        if form.of_quarter != bool(about.quarter) or not may(actor, form.needs):
            continue
        draft, last = drafts.get(name), latest.get(name)
        lines.append(
            FormLine(
                name, texts(f"form.{name}.title"), form.approver.value, draft.saved_at if draft else None,
                draft.saved_by if draft else "", version_line(last, language) if last else None,
            )
        )  # fmt: skip
    return lines


def list_versions(
    session: Session, *, language: str, actor: Actor, only: Collection[int] | None = None, limit: int = 200
) -> list[VersionLine]:
    """Versions of all reports, the latest first.

    Args:
        session: Where they stand.
        language: Of their titles.
        actor: Who looks: forms that they may not see are left out.
        only: Only those of these incidents; None for all.
        limit: At most so many.
    """
    seen = [
        name for name, form in load_forms().items()
        if may(actor, Permission.SEE_QUARTERS if form.of_quarter else form.needs)
    ]  # fmt: skip
    asked = select(ReportVersion).where(ReportVersion.form.in_(seen))
    if only is not None:
        asked = asked.where(ReportVersion.incident_id.in_(sorted(only)))
    rows = session.scalars(asked.order_by(ReportVersion.id.desc()).limit(limit))
    return [version_line(row, language) for row in rows]


def version_line(row: ReportVersion, language: str) -> VersionLine:
    """A version as one line."""
    return VersionLine(
        form=row.form, title=load_texts("reports", language)(f"form.{row.form}.title"), about=row.about,
        subject=row.about.partition(":")[2], incident_id=row.incident_id, number=row.number, state=row.state,
        sha256=row.sha256, asked_at=row.asked_at, asked_by=row.asked_by, decided_at=row.decided_at,
        decided_by=row.decided_by, said=row.said, filed_at=row.filed_at, filed_by=row.filed_by,
        recipient=row.recipient, reference=row.reference,
    )  # fmt: skip
