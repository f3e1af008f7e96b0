"""Accounts for tests of the pages, and the links that sign them in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from starlette.testclient import TestClient

from core.actors import SYSTEM, Role
from people.accounts import add_account, get_account
from people.sign_in.links import LINK_FIELD, make_link

if TYPE_CHECKING:
    from starlette.applications import Starlette

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


def another(app: Starlette, database: Database, clock: Clock, login: str, *roles: Role, **given: Any) -> TestClient:
    """A further browser at the same pages, in which somebody else is signed in; it prefers English."""
    somebody(database, clock, login, *roles, **given)
    client = TestClient(app, base_url="http://127.0.0.1:8470", raise_server_exceptions=False)
    client.headers["accept-language"] = "en"
    client.get(link_of(database, clock, login))
    return client


def link_of(database: Database, clock: Clock, login: str = LOGIN, to: str = "/") -> str:
    """The address that signs somebody in, once."""
    with database.write() as session:
        account = get_account(session, login)
        secret = make_link(session, account, lifetime=timedelta(hours=24), actor=SYSTEM, now=clock.now())
    return f"{to}{'&' if '?' in to else '?'}{LINK_FIELD}={secret}"
