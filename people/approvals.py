"""What needs a second person: asked for with a reason, decided by somebody else who may, good for a while, used once.

Where nobody else could decide (one person runs everything), nothing waits: that they were alone stands in the event.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from core.actors import Role
from core.clock import local
from incidents.ownership import is_of
from incidents.timeline.events import add_event
from people.accounts import as_actor, list_accounts
from people.errors import NotAllowedError, PeopleError, SecondPersonError
from people.models import Account, Approval
from people.roles import TABLE, Permission, is_bound_to_own, may

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from core.actors import Actor
    from core.database import Database
    from core.settings import Settings

ASKED, GRANTED, REFUSED, USED = "asked", "granted", "refused", "used"
REVEAL_NAMES, REVEAL_VALUES, LIST_NUMBERS = "reveal-names", "reveal-values", "list-numbers"
DISMISS_CONFIRMED = "dismiss"
EXPORT = "export"
DECIDED_BY: Final[dict[str, Permission]] = {
    REVEAL_NAMES: Permission.REVEAL_NAMES,
    REVEAL_VALUES: Permission.REVEAL_VALUES,
    LIST_NUMBERS: Permission.LIST_NUMBERS,
    DISMISS_CONFIRMED: Permission.STEER_CASES,
    EXPORT: Permission.REVEAL_NAMES,
}
"""Who may be the second person: somebody who might have asked for it themselves."""
ALONE: Final = "alone"


@dataclass(frozen=True, slots=True)
class Approvable:
    """What somebody wants to do that may need a second person.

    Attributes:
        kind: Of `DECIDED_BY`.
        about: Of what: an incident's or a document's number, as text.
        reason: Why, in the words of whoever asks.
        incident_id: In whose timeline it stands; none for none.
        data: What its sentence tells besides.
    """

    kind: str
    about: str
    reason: str
    incident_id: int | None = None
    data: dict[str, Any] | None = None


def with_second(
    database: Database, wanted: Approvable, *, actor: Actor, now: datetime, settings: Settings
) -> dict[str, Any]:
    """Let somebody go on who was granted it, or who is alone; else ask for it.

    Returns:
        What the event of the deed says of it: who approved, or that nobody else could.

    Raises:
        SecondPersonError: It waits for somebody now, and the deed does not happen.
        NotAllowedError: They may not do it with a second person either.
        PeopleError: There is no reason, or whoever asks has no account.
    """
    lifetime = timedelta(hours=settings.people.approval_hours)
    with database.write() as session:
        if Role.SERVICE not in actor.roles:  # what its token is good for was asked where it came in
            check_may(session, actor, wanted.kind, wanted.incident_id)
        if actor.is_program or not others_who_may(session, wanted, actor, now):
            return {ALONE: True}
        granted = _of(session, wanted, actor, now, GRANTED)
        if granted is not None:
            granted.state = USED
            return {"approval": granted.id, "approved_by": _login(session, granted.decided_by)}
        waiting = ask(session, wanted, actor=actor, now=now, lifetime=lifetime)
    roles = ", ".join(sorted(TABLE[DECIDED_BY[wanted.kind]]))
    until = f"{local(waiting.expires_at, settings.zone):%Y-%m-%d %H:%M}"
    raise SecondPersonError("second_person", approval=waiting.id, roles=roles, until=until)


def ask(session: Session, wanted: Approvable, *, actor: Actor, now: datetime, lifetime: timedelta) -> Approval:
    """Ask for a second person; what was asked before and waits stays the one request.

    Raises:
        PeopleError: There is no reason, or whoever asks has no account.
    """
    if not wanted.reason.strip():
        raise PeopleError("no_reason")
    if actor.account is None:
        raise PeopleError("no_account", login=actor.name)
    waiting = _of(session, wanted, actor, now, ASKED)
    if waiting is not None:
        return waiting
    approval = Approval(
        kind=wanted.kind, about=wanted.about, incident_id=wanted.incident_id, data=dict(wanted.data or {}),
        reason=wanted.reason.strip(), asked_by=actor.account, asked_at=now, expires_at=now + lifetime, said="",
        state=ASKED,
    )  # fmt: skip
    session.add(approval)
    session.flush()
    _tell(session, "approval-asked", approval, actor, now, reason=approval.reason)
    return approval


def decide(session: Session, approval_id: int, *, grant: bool, said: str, actor: Actor, now: datetime) -> Approval:
    """Grant or refuse what somebody else asked for.

    Raises:
        PeopleError: Nothing of that number waits, or they asked for it themselves.
        NotAllowedError: They could not do it themselves.
    """
    approval = session.get(Approval, approval_id, with_for_update=True)
    if approval is None or approval.state != ASKED or approval.expires_at <= now:
        raise PeopleError("no_approval", approval=approval_id)
    if actor.account is None or actor.account == approval.asked_by:
        raise PeopleError("own_approval")
    check_may(session, actor, approval.kind, approval.incident_id)
    if not grant and not said.strip():
        raise PeopleError("no_reason")
    approval.state = GRANTED if grant else REFUSED
    approval.decided_by, approval.decided_at, approval.said = actor.account, now, said.strip()
    approval.expires_at = now + (approval.expires_at - approval.asked_at)
    _tell(session, f"approval-{approval.state}", approval, actor, now, reason=approval.said)
    return approval


def check_may(session: Session, actor: Actor, kind: str, incident_id: int | None = None) -> None:
    """Let go on who might do it themselves.

    Raises:
        NotAllowedError: They might not.
    """
    if not _may_decide(session, actor, kind, incident_id):
        needed = DECIDED_BY[kind]
        roles = ", ".join(sorted(TABLE[needed]))
        raise NotAllowedError("not_allowed", login=actor.name, permission=needed.value, roles=roles)


def waiting_for(session: Session, actor: Actor, now: datetime) -> list[Approval]:
    """What waits for this person's decision, what runs out first first."""
    asked = select(Approval).where(Approval.state == ASKED, Approval.expires_at > now)
    found = session.scalars(asked.order_by(Approval.expires_at, Approval.id))
    mine = [one for one in found if one.asked_by != actor.account]
    return [one for one in mine if _may_decide(session, actor, one.kind, one.incident_id)]


def asked_by(session: Session, actor: Actor, *, limit: int = 20) -> Sequence[Approval]:
    """What this person asked for, latest first."""
    mine = select(Approval).where(Approval.asked_by == actor.account)
    return session.scalars(mine.order_by(Approval.id.desc()).limit(limit)).all()


def others_who_may(session: Session, wanted: Approvable, actor: Actor, now: datetime) -> list[Account]:
    """The people who could be the second one."""
    people = [one for one in list_accounts(session, is_active=True) if Role.SERVICE not in one.roles]
    others = [one for one in people if one.id != actor.account]
    asked = (wanted.kind, wanted.incident_id)
    return [one for one in others if _may_decide(session, as_actor(session, one, "", now), *asked)]


def _may_decide(session: Session, actor: Actor, kind: str, incident_id: int | None) -> bool:
    """Whether somebody might do it themselves; a data owner only with an incident of their own extracts."""
    if not may(actor, DECIDED_BY[kind]):
        return False
    if not is_bound_to_own(actor, DECIDED_BY[kind]):
        return True
    return incident_id is not None and is_of(session, incident_id, actor.extracts)


def _of(session: Session, wanted: Approvable, actor: Actor, now: datetime, state: str) -> Approval | None:
    same = (Approval.kind == wanted.kind, Approval.about == wanted.about, Approval.asked_by == actor.account)
    found = select(Approval).where(*same, Approval.state == state, Approval.expires_at > now)
    return session.scalars(found.order_by(Approval.id.desc()).with_for_update()).first()


def _login(session: Session, account_id: int | None) -> str:
    account = session.get(Account, account_id) if account_id is not None else None
    return account.login if account else ""


def _tell(session: Session, kind: str, approval: Approval, actor: Actor, now: datetime, *, reason: str) -> None:
    data = {
        "approval": approval.id, "wanted": approval.kind, "about": approval.about, "reason": reason,
        "asked_by": _login(session, approval.asked_by), **approval.data,
    }  # fmt: skip
    add_event(session, kind, actor=actor, now=now, incident_id=approval.incident_id, data=data)
