"""A press becomes a deed: by the linked account, under the same table of roles and the same four eyes as everywhere.

What Slack says is believed in one point alone, which of its users pressed. Which incident it is about has to agree with
where that incident's alert stands, so that a payload from elsewhere moves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, select

from alerts.models import Reply, Thread
from alerts.replies.presses import ACKNOWLEDGE, CONFIRM, DISMISS, MINE, NOTE, SNOOZES
from core.clock import local
from core.database import insert_into
from core.errors import SpokenError
from core.texts import load_texts
from deadlines.rulebook import load_regimes
from incidents import actions
from incidents.casework.playbooks import load_playbooks
from incidents.clocks.keeping import keep
from incidents.errors import IncidentError
from incidents.groups import root_of
from incidents.models import Incident
from incidents.ownership import is_of
from incidents.states import CONFIRM_CSIRT, CONFIRM_OWNER, needs_second
from incidents.timeline.attention import acknowledge, snooze
from people.accounts import as_actor
from people.approvals import DISMISS_CONFIRMED, Approvable, with_second
from people.models import Account
from people.roles import TABLE, Permission, is_bound_to_own, may

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from alerts.replies.presses import Press
    from core.actors import Actor
    from core.clock import Clock
    from core.database import Database
    from core.settings import Settings

KEPT: Final = timedelta(days=7)
MORNING_HOUR: Final = 9
HOW: Final = "slack"
FOR_THE_WHOLE: Final = (ACKNOWLEDGE, *SNOOZES)
"""What is said of the whole incident, wherever the alert stands that it was pressed under."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What presses are dealt with at."""

    database: Database
    settings: Settings
    clock: Clock


class _RefusedError(Exception):
    """Something that is told to whoever pressed."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values_ = values


def deal_with(desk: Desk, press: Press) -> str | None:
    """Do it once; what to tell whoever pressed, none for what was dealt with before."""
    now = desk.clock.now()
    language: str = desk.settings.language
    try:
        with desk.database.read() as session:
            if session.get(Reply, press.key) is not None:
                return None
            account = session.scalar(select(Account).where(Account.slack == press.user))
            language = (account.language if account else "") or language
            actor = _actor(session, account, press, now)
            incident_id = _incident(session, press)
            _check(session, press, actor, incident_id)
            approvable = _approvable(session, press, incident_id)
        approved = None
        if approvable:
            approved = with_second(desk.database, approvable, actor=actor, now=now, settings=desk.settings)
        with desk.database.write() as session:
            if not _is_first(session, press.key, now):
                return None
            _do(session, desk, press, incident_id, actor, now, approved)
            keep(session, incident_id, load_regimes(desk.settings.home), now=now)
        return load_texts("alerts", language)(f"reply.done.{press.deed}", id=incident_id)
    except _RefusedError as refused:
        return _once(desk, press, now, load_texts("alerts", language)(f"reply.{refused.key}", **refused.values_))
    except SpokenError as error:
        return _once(desk, press, now, " ".join(filter(None, error.said(language))))


def snoozed_until(how: str, now: datetime, zone: str) -> datetime:
    """Until when a button silences: hours that pass, or the next day's morning where the carrier is."""
    if how != SNOOZES[2]:
        return now + timedelta(hours=1 if how == SNOOZES[0] else 4)
    here = local(now, zone)
    morning = here.replace(hour=MORNING_HOUR, minute=0, second=0, microsecond=0, fold=0) + timedelta(days=1)
    return morning.astimezone(UTC)


def _actor(session: Session, account: Account | None, press: Press, now: datetime) -> Actor:
    if account is None:
        raise _RefusedError("stranger", user=press.user)
    return as_actor(session, account, HOW, now)


def _incident(session: Session, press: Press) -> int:
    """Which incident is meant: that of the thread, or the one it is part of by now where only that has a state."""
    here = (Thread.channel == HOW, Thread.reference == press.thread, Thread.place == press.channel)
    found = session.scalar(select(Thread.incident_id).where(*here))
    if found is None or press.incident_id not in {None, found}:
        raise _RefusedError("elsewhere")
    return root_of(session, found) if press.deed in FOR_THE_WHOLE else found


def _check(session: Session, press: Press, actor: Actor, incident_id: int) -> None:
    """Whether the roles allow it, and of a data owner whether the incident is theirs."""
    needed = Permission.STEER_CASES if press.deed == DISMISS else Permission.WORK_CASES
    if not may(actor, needed):
        raise _RefusedError("not_allowed", login=actor.name, roles=", ".join(sorted(TABLE[needed])))
    if is_bound_to_own(actor, needed) and not is_of(session, incident_id, actor.extracts):
        raise IncidentError("not_own", incident=incident_id, login=actor.name)


def _approvable(session: Session, press: Press, incident_id: int) -> Approvable | None:
    state = session.get_one(Incident, incident_id).state
    if press.deed != DISMISS or not needs_second(state, DISMISS):
        return None
    return Approvable(DISMISS_CONFIRMED, str(incident_id), press.text, incident_id)


def _do(
    session: Session, desk: Desk, press: Press, incident_id: int, actor: Actor, now: datetime,
    approved: Mapping[str, Any] | None,
) -> None:  # fmt: skip
    if press.deed == ACKNOWLEDGE:
        acknowledge(session, incident_id, actor=actor, now=now)
    elif press.deed == MINE:
        actions.assign(session, incident_id, actor.name, actor=actor, now=now)
    elif press.deed == NOTE:
        actions.note(session, incident_id, press.text, actor=actor, now=now)
    elif press.deed in SNOOZES:
        zone = desk.settings.zone
        snooze(session, incident_id, snoozed_until(press.deed, now, zone), actor=actor, now=now, zone=zone)
    else:
        action = _confirmation(session, actor, incident_id) if press.deed == CONFIRM else DISMISS
        actions.act(
            session, incident_id, action, actor=actor, now=now, reason=press.text, approved=approved,
            playbooks=load_playbooks(desk.settings.home),
        )  # fmt: skip


def _confirmation(session: Session, actor: Actor, incident_id: int) -> str:
    """Which side somebody confirms for: their role's; with both, the one that is missing, the CSIRT's first."""
    incident = session.get_one(Incident, incident_id)
    is_csirt, is_owner = may(actor, Permission.CONFIRM_CSIRT), may(actor, Permission.CONFIRM_OWNER)
    if is_csirt and not (is_owner and incident.csirt_confirmed_at is not None):
        return CONFIRM_CSIRT
    return CONFIRM_OWNER


def _is_first(session: Session, key: str, now: datetime) -> bool:
    session.execute(delete(Reply).where(Reply.at < now - KEPT))
    insert = insert_into(session, Reply).values(key=key, at=now)
    return session.scalar(insert.on_conflict_do_nothing().returning(Reply.key)) is not None


def _once(desk: Desk, press: Press, now: datetime, said: str) -> str | None:
    """A refusal is told once as well; it is theirs alone, since somebody else may be allowed the same."""
    with desk.database.write() as session:
        return said if _is_first(session, f"{press.user}:refused:{press.key}", now) else None
