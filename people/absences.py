"""Who is away, and who stands in: a deputy acts with the roles of whoever is away, under their own name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from incidents.timeline.events import add_event
from people.accounts import get_account
from people.errors import PeopleError
from people.models import Absence, Account

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from core.actors import Actor

BEGUN, ENDED = "absence", "absence-ended"


def be_away(
    session: Session, login: str, deputy: str, *, since: datetime, until: datetime, actor: Actor, now: datetime
) -> Absence:
    """Let somebody stand in for an account.

    Raises:
        PeopleError: They are the same, one is not there, or the dates cannot be.
    """
    account, other = get_account(session, login), get_account(session, deputy)
    if account.id == other.id:
        raise PeopleError("deputy_self")
    if other.disabled_at is not None:
        raise PeopleError("disabled", login=other.login)
    if not since < until or until <= now:
        raise PeopleError("absence_dates")
    absence = Absence(account_id=account.id, deputy_id=other.id, from_at=since, until_at=until)
    session.add(absence)
    session.flush()
    data = {"login": account.login, "deputy": other.login, "from": since.isoformat(), "until": until.isoformat()}
    add_event(session, BEGUN, actor=actor, now=now, data=data)
    return absence


def be_back(session: Session, absence_id: int, *, actor: Actor, now: datetime) -> None:
    """End an absence before its time; one that is over already stays as it is."""
    absence = session.get(Absence, absence_id)
    if absence is None or absence.ended_at is not None or absence.until_at <= now:
        return
    absence.ended_at = now
    login = session.get_one(Account, absence.account_id).login
    add_event(session, ENDED, actor=actor, now=now, data={"login": login})


def absences(session: Session, *, now: datetime) -> Sequence[tuple[Absence, Account, Account]]:
    """Absences that are not over: who is away, who stands in."""
    accounts = {one.id: one for one in session.scalars(select(Account))}
    open_ = select(Absence).where(Absence.ended_at.is_(None), Absence.until_at > now).order_by(Absence.from_at)
    return [(one, accounts[one.account_id], accounts[one.deputy_id]) for one in session.scalars(open_)]
