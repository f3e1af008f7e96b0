"""Who acts at this machine's command line: the account of the operating system's user.

Whoever runs commands in a home folder holds its key and its files: the operating system let them in, not we. Their
account, where they have one, says as whom they act and what they are; before there is any account, they are the first.
"""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

from sqlalchemy import select

from core.actors import Actor, Role
from people.accounts import PERSONAL, add_account, as_actor, find_account, has_accounts
from people.models import Account

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

OS = "os"
_EVERYTHING = tuple(role for role in PERSONAL if role != Role.AUDITOR)


def user_name() -> str:
    """The operating system's name of who runs this."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def actor_here(session: Session, now: datetime) -> Actor:
    """Who runs a command: their account, or without one their name and no role."""
    name = user_name()
    account = session.scalar(select(Account).where(Account.os_user == name, Account.disabled_at.is_(None)))
    if account is not None:
        return as_actor(session, account, OS, now)
    return Actor(name, None, frozenset() if has_accounts(session) else frozenset(_EVERYTHING), OS)


def add_first_account(session: Session, now: datetime) -> Account | None:
    """Whoever makes a home becomes its first administrator, and everything else until others come; None later."""
    if has_accounts(session):
        return None
    name = user_name()
    login = "".join(char if char.isalnum() or char in "._-@" else "-" for char in name).strip("-") or "first"
    actor = Actor(name, None, frozenset(_EVERYTHING), OS)
    if find_account(session, login):
        return None
    return add_account(session, login, roles=_EVERYTHING, actor=actor, now=now, os_user=name, extracts=["*"])
