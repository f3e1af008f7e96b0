"""Reading reports: how each form of an incident stands, and every version that there is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select
from sqlalchemy.orm import defer

from core.texts import load_texts
from people.roles import Permission, may
from reports.forms import load_forms
from reports.models import APPROVED, WAITING, ReportDraft, ReportVersion
from reports.rights import may_approve, needed_for

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from core.actors import Actor
    from reports.filling import ReportSubject

PAGE: Final = 50
MOST: Final = 50
"""Versions that wait for somebody and are shown at once."""


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


@dataclass(frozen=True, slots=True)
class VersionFilter:
    """Which versions: of a form, in a state, of some incidents; nothing for every."""

    form: str = ""
    state: str = ""
    only: Collection[int] | None = None


@dataclass(frozen=True, slots=True)
class VersionPage:
    """A page of versions, and how many there are in all."""

    lines: tuple[VersionLine, ...]
    total: int
    page: int
    pages: int


def list_forms(session: Session, about: ReportSubject, *, language: str, actor: Actor) -> list[FormLine]:
    """The forms that are about such a thing and that somebody may see."""
    drafts = {one.form: one for one in session.scalars(select(ReportDraft).where(ReportDraft.about == about.written))}
    asked = (
        select(ReportVersion)
        .where(ReportVersion.about == about.written)
        .order_by(ReportVersion.number)
        .options(defer(ReportVersion.content))
    )
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
    rows = session.scalars(_versions(VersionFilter(only=only), actor).order_by(ReportVersion.id.desc()).limit(limit))
    return [version_line(row, language) for row in rows]


def version_page(session: Session, wanted: VersionFilter, *, language: str, actor: Actor, page: int = 1) -> VersionPage:
    """A page of the versions that are asked for, the latest first; the last page where there is none so far.

    Args:
        session: Where they stand.
        wanted: Which.
        language: Of their titles.
        actor: Who looks: forms that they may not see are left out.
        page: Which page, from 1.
    """
    asked = _versions(wanted, actor)
    total = session.scalar(asked.with_only_columns(func.count(ReportVersion.id))) or 0
    pages = max(1, -(-total // PAGE))
    page = min(max(1, page), pages)
    rows = session.scalars(asked.order_by(ReportVersion.id.desc()).limit(PAGE).offset((page - 1) * PAGE))
    return VersionPage(tuple(version_line(row, language) for row in rows), total, page, pages)


def waiting_for(
    session: Session, *, language: str, actor: Actor, now: datetime, only: Collection[int] | None = None
) -> list[VersionLine]:
    """The versions that wait for somebody, the longest waiting first: to be approved by them, or filed; `MOST` at most.

    Args:
        session: Where they stand.
        language: Of their titles.
        actor: Whom.
        now: When.
        only: Only those of these incidents; None for all.
    """
    theirs = [name for name, form in load_forms().items() if form.approver in actor.roles]
    found: list[VersionLine] = []
    if may(actor, Permission.STEER_CASES):
        asked = _versions(VersionFilter(state=APPROVED, only=only), actor).order_by(ReportVersion.id).limit(MOST)
        found += [version_line(row, language) for row in session.scalars(asked)]
    known: dict[tuple[str, int | None, str], bool] = {}
    asked = _versions(VersionFilter(state=WAITING, only=only), actor).where(ReportVersion.form.in_(theirs))
    for row in session.scalars(asked.order_by(ReportVersion.id).execution_options(yield_per=PAGE)):
        key = (row.form, row.incident_id, ",".join(row.writers))
        if key not in known:
            known[key] = may_approve(session, load_forms()[row.form], row, actor, now)
        found += [version_line(row, language)] if known[key] else []
        if len(found) >= MOST:
            break
    return sorted(found, key=lambda one: (one.decided_at or one.asked_at, one.form, one.number))[:MOST]


def _versions(wanted: VersionFilter, actor: Actor) -> Select[ReportVersion]:
    """Versions that somebody may see, without what they say."""
    forms = [
        name for name, form in load_forms().items()
        if may(actor, needed_for(form)) and wanted.form in {"", name}
    ]  # fmt: skip
    asked = select(ReportVersion).where(ReportVersion.form.in_(forms)).options(defer(ReportVersion.content))
    if wanted.state:
        asked = asked.where(ReportVersion.state == wanted.state)
    return asked if wanted.only is None else asked.where(ReportVersion.incident_id.in_(sorted(wanted.only)))


def version_line(row: ReportVersion, language: str) -> VersionLine:
    """A version as one line."""
    return VersionLine(
        form=row.form, title=load_texts("reports", language)(f"form.{row.form}.title"), about=row.about,
        subject=row.about.partition(":")[2], incident_id=row.incident_id, number=row.number, state=row.state,
        sha256=row.sha256, asked_at=row.asked_at, asked_by=row.asked_by, decided_at=row.decided_at,
        decided_by=row.decided_by, said=row.said, filed_at=row.filed_at, filed_by=row.filed_by,
        recipient=row.recipient, reference=row.reference,
    )  # fmt: skip
