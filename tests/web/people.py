"""Accounts for tests of the pages, and the links that sign them in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from core.actors import SYSTEM, Role
from people.accounts import add_account, get_account
from people.sign_in.links import FULL, make_link

if TYPE_CHECKING:
    from core.clock import Clock
    from core.database import Database

LOGIN = "山口"
EVERYTHING = tuple(role for role in Role if role != Role.SERVICE)


def somebody(
    database: Database, clock: Clock, login: str = LOGIN, *roles: Role, extracts: tuple[str, ...] = ("*",)
) -> int:
    """An account, with every role unless some are named; gives its number."""
    with database.write() as session:
        account = add_account(
            session, login, roles=roles or EVERYTHING, extracts=list(extracts), actor=SYSTEM, now=clock.now()
        )
        return account.id


def link_of(database: Database, clock: Clock, login: str = LOGIN, to: str = "/") -> str:
    """The address that signs somebody in, once."""
    with database.write() as session:
        account = get_account(session, login)
        secret = make_link(session, account, lifetime=timedelta(hours=24), actor=SYSTEM, now=clock.now())
    return f"{to}{'&' if '?' in to else '?'}{FULL}={secret}"
