"""How the report stands that a deadline asks for: nothing written, a draft, waiting, approved, returned or filed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from core.texts import load_texts
from people.roles import may
from reports.forms import load_forms
from reports.models import APPROVED, FILED, RETURNED, WAITING, ReportDraft, ReportVersion
from reports.rights import may_approve

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import Row
    from sqlalchemy.orm import Session

    from core.actors import Actor, Role
    from reports.forms.interface import Form

NOTHING, DRAFT = "nothing", "draft"
STANDINGS: Final = (NOTHING, DRAFT, WAITING, APPROVED, RETURNED, FILED)


@dataclass(frozen=True, slots=True)
class ReportStanding:
    """The report of one form on one incident.

    Attributes:
        form: Which form.
        title: What it is called.
        state: Of `STANDINGS`; what was written after the last version was filed is a draft again.
        number: The latest version; 0 for none.
        by: Who brought it there; empty for nothing.
        at: When.
        approver: Whose approval the form needs.
        is_mine: Of one that waits: whether whoever looks may approve it.
    """

    form: str
    title: str
    state: str
    number: int
    by: str
    at: datetime | None
    approver: Role
    is_mine: bool = False


def standings_of(
    session: Session, incidents: Collection[int], *, language: str, actor: Actor, now: datetime
) -> dict[tuple[int, str], ReportStanding]:
    """How each report stands that a deadline asks for, by incident and name of the deadline.

    Args:
        session: Where they stand.
        incidents: Whole incidents.
        language: Of the titles.
        actor: Who looks: forms that they may not see are left out.
        now: When.
    """
    forms = [one for one in load_forms().values() if one.clocks and may(actor, one.needs)]
    names = [one.name for one in forms]
    drafted = select(ReportDraft.incident_id, ReportDraft.form, ReportDraft.saved_at, ReportDraft.saved_by)
    drafted = drafted.where(ReportDraft.incident_id.in_(sorted(incidents)), ReportDraft.form.in_(names))
    drafts = {(row.incident_id, row.form): row for row in session.execute(drafted)}
    made = select(
        ReportVersion.id, ReportVersion.incident_id, ReportVersion.form, ReportVersion.number, ReportVersion.state,
        ReportVersion.asked_by, ReportVersion.asked_at, ReportVersion.decided_by, ReportVersion.decided_at,
        ReportVersion.filed_by, ReportVersion.filed_at, ReportVersion.writers,
    ).where(ReportVersion.incident_id.in_(sorted(incidents)), ReportVersion.form.in_(names))  # fmt: skip
    versions = {(row.incident_id, row.form): row for row in session.execute(made.order_by(ReportVersion.number))}
    found: dict[tuple[int, str], ReportStanding] = {}
    for incident in incidents:
        for form in forms:
            version = versions.get((incident, form.name))
            standing = _standing(form, language, drafts.get((incident, form.name)), version)
            if version is not None and version.state == WAITING and form.approver in actor.roles:
                row = session.get_one(ReportVersion, version.id)
                standing = replace(standing, is_mine=may_approve(session, form, row, actor, now))
            for name in form.clocks:
                found.setdefault((incident, name), standing)
    return found


def _standing(
    form: Form, language: str, draft: Row[*tuple[Any, ...]] | None, version: Row[*tuple[Any, ...]] | None
) -> ReportStanding:
    state, by, at, number = NOTHING, "", None, 0
    if version is not None:
        number, state = version.number, version.state
        by, at = {
            WAITING: (version.asked_by, version.asked_at), APPROVED: (version.decided_by, version.decided_at),
            RETURNED: (version.decided_by, version.decided_at), FILED: (version.filed_by, version.filed_at),
        }[state]  # fmt: skip
    is_open = state in {NOTHING, RETURNED, FILED}
    if draft is not None and is_open and (at is None or draft.saved_at > at):
        state, by, at = DRAFT, draft.saved_by, draft.saved_at
    title = load_texts("reports", language)(f"form.{form.name}.title")
    return ReportStanding(form.name, title, state, number, by, at, form.approver)
