"""Escalations: an event for each step of the on-call list that came due; alerts tell it like any other."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from alerts.channels.mail import TO
from alerts.messages import Notice
from alerts.models import Thread
from alerts.on_call import ACKNOWLEDGED, ESCALATED, OPENED, Happened, due_step
from alerts.outbox import put_notice
from core.actors import SYSTEM
from core.texts import load_texts
from incidents.models import Event, Incident
from incidents.queries import incident_line
from incidents.states import OPEN
from incidents.timeline.attention import snoozed_until
from incidents.timeline.events import add_event
from people.accounts import find_account

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

    from sqlalchemy.orm import Session

    from alerts.channels.interface import Channel
    from alerts.on_call import Ladder, Rung
    from alerts.outbox import Wording

RECENT = timedelta(days=7)
"""How long a step that nobody could be mailed of is made up for."""


def escalate(session: Session, ladder: Ladder, *, now: datetime) -> int:
    """Write down which steps are due, each once; gives how many.

    An incident whose own message has not gone out yet waits for it: nobody can acknowledge what nobody was told of.
    """
    told = select(Thread.incident_id).where(Thread.incident_id == Incident.id)
    waiting = (Incident.state == OPEN, Incident.merged_into.is_(None), told.exists())
    written = 0
    for incident in session.scalars(select(Incident).where(*waiting).order_by(Incident.id)).all():
        silent_until = snoozed_until(session, incident.id)
        if silent_until is not None and now < silent_until:
            continue
        number = due_step(ladder, _happened(session, incident.id), incident.severity, now)
        if number is not None:
            key, data = f"{ESCALATED}:{incident.id}:{number}", _data(session, number, ladder.step[number - 1])
            event = add_event(session, ESCALATED, actor=SYSTEM, now=now, incident_id=incident.id, data=data, key=key)
            written += event is not None
    return written


def _happened(session: Session, incident_id: int) -> list[Happened]:
    kinds = {OPENED, ESCALATED, *ACKNOWLEDGED}
    events = select(Event).where(Event.incident_id == incident_id, Event.kind.in_(kinds)).order_by(Event.id)
    return [Happened(event.kind, event.learned_at, event.data.get("step", 0)) for event in session.scalars(events)]


def _data(session: Session, number: int, step: Rung) -> dict[str, Any]:
    """Whom it tells; who is disabled stands in the list, but is not called."""
    accounts = [find_account(session, login) for login in step.people]
    linked = [account.slack for account in accounts if account and account.slack and not account.disabled_at]
    mentions = [*(f"<@{slack}>" for slack in linked), *step.mentions]
    whom = ", ".join([*step.people, *step.mentions, *step.mail])
    return {"step": number, "whom": whom, "mentions": mentions, "mail": list(step.mail)}


def enqueue_step_mails(session: Session, mail: Channel, wording: Wording, *, now: datetime) -> int:
    """Put a mail of its own into the outbox for each step that names addresses; once, whatever else carries alerts.

    Args:
        session: A writing session.
        mail: The channel of mails, which has to be set up.
        wording: In which language, and where links lead.
        now: When.
    """
    recent = select(Event).where(Event.kind == ESCALATED, Event.learned_at > now - RECENT).order_by(Event.id)
    queued = 0
    for event in session.scalars(recent).all():
        if not event.data.get("mail"):
            continue
        message = put_notice(session, mail, f"step:{event.id}", _notice(session, event, wording), now=now)
        if message is not None:
            message.payload = dict(message.payload) | {TO: list(event.data["mail"])}
            queued += 1
    return queued


def _notice(session: Session, event: Event, wording: Wording) -> Notice:
    line = incident_line(session, event.incident_id or 0, language=wording.language)
    texts, words = load_texts("alerts", wording.language), load_texts("incidents", wording.language)
    values = {"id": line.id, "severity": words(f"severity.{line.severity}"), "subjects": f"{line.subjects:,}"}
    header = texts("step.header", **values)
    said = texts("step.said", step=event.data["step"], whom=event.data["whom"], **values)
    return Notice(header, said, f"{wording.web_url}/incidents/{line.id}")
