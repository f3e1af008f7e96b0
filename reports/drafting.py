"""Writing a report: a draft a form and incident, saved as often as people like; what is saved is an event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from incidents.timeline.events import add_event
from reports.errors import ReportError
from reports.forms import form_of
from reports.models import ReportDraft
from reports.printing.clean import clean
from reports.rights import WRITE, check_may_see, check_may_write, person
from reports.values import LONGEST_TEXT, hash_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from core.actors import Actor
    from reports.filling import ReportSubject

TEXT, KNOWN = "text", "known"
SHA256: Final = "sha256"


def find_draft(session: Session, form_name: str, about: ReportSubject) -> ReportDraft | None:
    """What was written so far; none before the first saving."""
    asked = select(ReportDraft).where(ReportDraft.about == about.written, ReportDraft.form == form_name)
    return session.scalar(asked)


def save(
    session: Session,
    form_name: str,
    about: ReportSubject,
    items: Mapping[str, Mapping[str, Any]],
    *,
    revision: int,
    actor: Actor,
    now: datetime,
) -> ReportDraft:
    """Save what somebody wrote.

    Args:
        session: A writing session.
        form_name: Which form.
        about: Of what.
        items: By item, its ``text``, and whether what is ``known`` is told beside it; the others stay.
        revision: That they saw; 0 before the first saving.
        actor: Who writes.
        now: When.

    Raises:
        ReportError: No such form or item, a text is too long, or somebody else saved meanwhile.
        IncidentError: The incident is none, part of another, or not theirs.
    """
    form = form_of(form_name)
    check_may_see(form, actor)
    check_may_write(session, about, actor)
    draft = find_draft(session, form_name, about)
    if (draft.revision if draft else 0) != revision:
        raise ReportError("changed", form=form_name, by=draft.saved_by if draft else "–")
    known = {plan.name for plan in form.items}
    before = dict(draft.items) if draft else {}
    after = before | {name: _checked(form_name, known, name, one) for name, one in items.items()}
    changed = sorted(name for name in after if after[name] != before.get(name, {TEXT: "", KNOWN: True}))
    if not changed and draft is not None:
        return draft
    if draft is None:
        draft = ReportDraft(
            about=about.written, incident_id=about.incident_id, form=form_name, revision=0, items={}, writers=[],
            saved_at=now, saved_by=actor.name,
        )  # fmt: skip
        session.add(draft)
    draft.items, draft.revision = after, draft.revision + 1
    draft.writers = sorted({*draft.writers, person(actor)})
    draft.saved_at, draft.saved_by = now, actor.name
    session.flush()
    data = {
        "draft": draft.id, "form": form_name, "about": about.written, "items": changed, "count": len(changed),
        SHA256: hash_of(after), "revision": draft.revision,
    }  # fmt: skip
    add_event(session, WRITE, actor=actor, now=now, incident_id=about.incident_id, data=data)
    return draft


def _checked(form: str, known: set[str], name: str, one: Mapping[str, Any]) -> dict[str, Any]:
    if name not in known:
        raise ReportError("no_item", form=form, item=name[:40])
    text = clean(str(one.get(TEXT, ""))).strip()
    if len(text) > LONGEST_TEXT:
        raise ReportError("too_long", item=name, found=len(text), most=LONGEST_TEXT)
    return {TEXT: text, KNOWN: bool(one.get(KNOWN, True))}
