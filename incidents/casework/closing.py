"""Closing an incident: what is missing before it may be closed, and letting it be closed without."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.texts import load_texts
from incidents.casework.changes import CHANGES, change
from incidents.casework.models import WAIVED
from incidents.casework.open_clocks import open_clocks
from incidents.casework.standing import check_live, check_may_steer, needed, whole
from incidents.casework.tasks import open_tasks, settle_task
from incidents.clocks.settling import find_row, waive_clock
from incidents.errors import ForbiddenActionError, IncidentError
from incidents.states import CONFIRM_CSIRT, CONFIRM_OWNER
from incidents.timeline.events import add_event

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from core.actors import Actor
    from incidents.models import Incident

TASK, CLOCK = "task:", "clock:"
WAIVE = "waived"


@dataclass(frozen=True, slots=True)
class Missing:
    """Something without which an incident is not closed.

    Attributes:
        what: What it is called where it is waived: ``task:7``, ``confirm-owner``, ``clock:first-report``.
        text: What people call it, by language; empty where our texts have it under its kind.
    """

    what: str
    text: Mapping[str, str]

    def said(self, language: str) -> str:
        """It in words."""
        texts, (kind, _, name) = load_texts("incidents", language), self.what.partition(":")
        return texts(f"missing.{kind}", name=name, text=self.text.get(language, ""))


class NotDoneError(ForbiddenActionError):
    """An incident cannot be closed yet; ``missing`` is why."""

    def __init__(self, incident_id: int, missing: Sequence[Missing]) -> None:
        self.missing = tuple(missing)
        super().__init__("not_done", incident=incident_id)

    def said(self, language: str) -> tuple[str, str]:
        """What is missing, one after the other."""
        message, hint = super().said(language)
        listed = load_texts("incidents", language)("missing.separator")
        return message + listed.join(one.said(language) for one in self.missing), hint


def missing(session: Session, incident: Incident) -> list[Missing]:
    """What an incident may not be closed without, and was neither done nor waived."""
    session.flush()
    tasks = [one for one in open_tasks(session, incident.id) if one.mandatory]
    found = [Missing(f"{TASK}{one.id}", one.text) for one in tasks]
    given = {CONFIRM_CSIRT: incident.csirt_confirmed_at, CONFIRM_OWNER: incident.owner_confirmed_at}
    found += [Missing(action, {}) for action, at in given.items() if at is None]
    found += [Missing(f"{CLOCK}{one.name}", one.text) for one in open_clocks(session, incident.id)]
    return [one for one in found if one.what not in incident.waived]


def check_done(session: Session, incident: Incident) -> None:
    """Let nothing be closed that is not done.

    Raises:
        NotDoneError: A mandatory task is open, a confirmation is missing, or a term runs.
    """
    found = missing(session, incident)
    if found:
        raise NotDoneError(incident.id, found)


def waive(session: Session, incident_id: int, what: str, *, actor: Actor, now: datetime, reason: str) -> None:
    """Let an incident be closed without something that is missing.

    Raises:
        IncidentError: It is not missing, no reason is given, the incident is over, or who acts is no responder.
    """
    incident = whole(session, incident_id)
    check_may_steer(actor, WAIVE)
    check_live(incident, WAIVE)
    words = needed(reason, WAIVE)
    lacking = {one.what: one for one in missing(session, incident)}
    if what not in lacking:
        raise IncidentError("not_missing", what=what, incident=incident_id, expected=", ".join(lacking) or "–")
    if what.startswith(TASK):
        settle_task(session, int(what.removeprefix(TASK)), WAIVED, actor=actor, now=now, reason=words)
        return
    name = what.removeprefix(CLOCK)
    if what.startswith(CLOCK) and find_row(session, incident_id, name) is not None:
        waive_clock(session, incident_id, name, actor=actor, now=now, reason=words)
        return
    changes = change(incident, waived=dict(incident.waived) | {what: words})
    incident.updated_at = now
    data = {"waived": what, "reason": words, CHANGES: changes}
    add_event(session, WAIVE, actor=actor, now=now, incident_id=incident_id, data=data)
