"""Accounts: added, changed and disabled, each change old to new in an event; and who somebody is when they act."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from core.actors import Actor, Role
from incidents.timeline.events import add_event
from people.errors import NoAccountError, PeopleError
from people.models import Absence, Account, WebSession

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

LOGIN_LENGTH: Final = 60
_LOGIN = re.compile(r"[\w.@-]+")
ADDED, CHANGED, DISABLED, ENABLED = "account-added", "account-changed", "account-disabled", "account-enabled"
PERSONAL: Final = tuple(role for role in Role if role != Role.SERVICE)
FIELDS: Final = ("name", "email", "roles", "extracts", "language", "os_user", "oidc", "slack")
"""What can be changed of an account; each stands in the event as it was and as it is."""
UNIQUE: Final = ("oidc", "slack")


def add_account(
    session: Session, login: str, *, roles: Iterable[str], actor: Actor, now: datetime, **fields: Any
) -> Account:
    """Add a person, or another system.

    Args:
        session: A writing session.
        login: The name they sign in with, and that events show.
        roles: Of `core.actors.Role`.
        actor: Who adds them.
        now: When.
        fields: Others of `FIELDS`.

    Raises:
        PeopleError: The name is taken or cannot be one, or a role is none.
    """
    login = as_login(login)
    if find_account(session, login):
        raise PeopleError("login_taken", login=login)
    account = Account(
        login=login, name=login, email="", roles=_roles(roles), extracts=[], language="", os_user="", oidc=None,
        slack=None, password="", totp=None, totp_step=0, wrong=0, wrong_at=None, added_at=now, disabled_at=None,
    )  # fmt: skip
    _set(session, account, fields)
    session.add(account)
    session.flush()
    data = {"login": login, "roles": account.roles, "extracts": account.extracts}
    add_event(session, ADDED, actor=actor, now=now, data=data)
    return account


def change_account(session: Session, login: str, *, actor: Actor, now: datetime, **fields: Any) -> Account:
    """Change some of `FIELDS`; an event tells the old and the new values.

    Raises:
        PeopleError: There is none, a value cannot be, or the last administrator would be none any more.
    """
    account = get_account(session, login)
    before = {name: getattr(account, name) for name in fields}
    if "roles" in fields:
        fields["roles"] = _roles(fields["roles"])
        if account.id == actor.account and set(fields["roles"]) - set(account.roles):
            raise PeopleError("own_roles")
        _keep_an_administrator(session, account, stays=Role.ADMINISTRATOR in fields["roles"])
    _set(session, account, fields)
    changes = {
        name: [before[name], getattr(account, name)] for name in fields if before[name] != getattr(account, name)
    }
    if changes:
        add_event(session, CHANGED, actor=actor, now=now, data={"login": account.login, "changes": changes})
    return account


def state_of(account: Account) -> str:
    """A short code of what can be changed of an account, as it is now."""
    told = json.dumps([getattr(account, name) for name in FIELDS], ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def check_unchanged(account: Account, seen: str) -> None:
    """Let nobody write over what somebody else changed after they looked; a form that says nothing is believed.

    Raises:
        PeopleError: The account is not any more as it was seen.
    """
    if seen and seen != state_of(account):
        raise PeopleError("changed_meanwhile", login=account.login)


def disable_account(session: Session, login: str, *, actor: Actor, now: datetime, reason: str = "") -> Account:
    """End an account, its sessions and its tokens; the row stays, since events name it.

    Raises:
        PeopleError: There is none, or it is the last administrator.
    """
    account = get_account(session, login)
    if account.disabled_at is None:
        _keep_an_administrator(session, account, stays=False)
        account.disabled_at = now
        open_ = select(WebSession).where(WebSession.account_id == account.id, WebSession.ended_at.is_(None))
        for one in session.scalars(open_):
            one.ended_at, one.ended_why = now, "disabled"
        add_event(session, DISABLED, actor=actor, now=now, data={"login": account.login, "reason": reason})
    return account


def enable_account(session: Session, login: str, *, actor: Actor, now: datetime) -> Account:
    """Let somebody in again."""
    account = get_account(session, login)
    if account.disabled_at is not None:
        account.disabled_at, account.wrong, account.wrong_at = None, 0, None
        add_event(session, ENABLED, actor=actor, now=now, data={"login": account.login})
    return account


def find_account(session: Session, login: str) -> Account | None:
    """The account of that name, whatever its case and width.

    As it is written first; else every name is compared here, since a database's own `lower` may know ASCII alone.
    """
    exact = session.scalar(select(Account).where(Account.login == login))
    if exact is not None:
        return exact
    wanted = folded(login)
    names = session.execute(select(Account.id, Account.login).order_by(Account.id)).all()
    found = next((number for number, name in names if folded(name) == wanted), None)
    return None if found is None else session.get(Account, found)


def get_account(session: Session, login: str) -> Account:
    """The account of that name.

    Raises:
        NoAccountError: There is none.
    """
    account = find_account(session, login)
    if account is None:
        raise NoAccountError(login)
    return account


def list_accounts(session: Session, *, role: Role | None = None, is_active: bool = False) -> list[Account]:
    """Accounts by name; with a role, those that have it."""
    accounts = session.scalars(select(Account).order_by(Account.login))
    return [
        one for one in accounts
        if (role is None or role in one.roles) and (not is_active or one.disabled_at is None)
    ]  # fmt: skip


def has_accounts(session: Session) -> bool:
    """Whether anybody has one yet."""
    return session.scalar(select(Account.id).limit(1)) is not None


def as_actor(session: Session, account: Account, how: str, now: datetime) -> Actor:
    """Somebody who was authenticated, with their roles and those of whoever they stand in for now.

    Raises:
        PeopleError: The account is disabled.
    """
    if account.disabled_at is not None:
        raise PeopleError("disabled", login=account.login)
    lent = [one for one in absent_for(session, account, now) if Role.SERVICE not in one.roles]
    roles = {Role(role) for one in (account, *lent) for role in one.roles}
    extracts = tuple(dict.fromkeys(name for one in (account, *lent) for name in one.extracts))
    names = tuple(one.login for one in lent)
    return Actor(account.login, account.id, frozenset(roles), how, names, extracts)


def absent_for(session: Session, deputy: Account, now: datetime) -> Sequence[Account]:
    """Those who are away now and named this account to stand in."""
    away = (Absence.deputy_id == deputy.id, Absence.from_at <= now, Absence.until_at > now, Absence.ended_at.is_(None))
    found = select(Account).join(Absence, Absence.account_id == Account.id).where(*away, Account.disabled_at.is_(None))
    return session.scalars(found.order_by(Account.login)).unique().all()


def folded(login: str) -> str:
    """A name without its case, its width and the space around it: two accounts never share one."""
    caseless = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", login).casefold())
    return caseless.strip()


def as_login(login: str) -> str:
    """A name as it is kept.

    Raises:
        PeopleError: It cannot be one.
    """
    clean = unicodedata.normalize("NFKC", login).strip()
    if not _LOGIN.fullmatch(clean) or len(clean) > LOGIN_LENGTH:
        raise PeopleError("login_shape", login=login[:LOGIN_LENGTH], most=LOGIN_LENGTH)
    return clean


def _roles(roles: Iterable[str]) -> list[str]:
    given = dict.fromkeys(str(role) for role in roles)
    for role in given:
        if role not in {one.value for one in Role}:
            raise PeopleError("no_role", role=role, allowed=", ".join(Role))
    if Role.SERVICE.value in given and len(given) > 1:
        raise PeopleError("service_role")
    return [role.value for role in Role if role.value in given]


def _set(session: Session, account: Account, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        if name not in FIELDS:
            raise TypeError(f"an account has no field {name} that can be set")
        if name in UNIQUE and value:
            other = session.scalar(select(Account).where(getattr(Account, name) == value))
            if other is not None and other is not account:
                raise PeopleError("taken", what=name, login=other.login)
        setattr(account, name, value or None if name in UNIQUE else value)


def _keep_an_administrator(session: Session, account: Account, *, stays: bool) -> None:
    if stays or Role.ADMINISTRATOR not in account.roles:
        return
    others = [one for one in list_accounts(session, role=Role.ADMINISTRATOR, is_active=True) if one.id != account.id]
    if not others:
        raise PeopleError("last_administrator", login=account.login)
