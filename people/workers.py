"""Whom work may be given to: active accounts of persons who may work on incidents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from people.accounts import folded, has_accounts, list_accounts
from people.errors import PeopleError
from people.roles import TABLE, Permission

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from people.models import Account


def workers(session: Session) -> list[Account]:
    """Everybody whom an incident or a task may be given to, by name."""
    may = {role.value for role in TABLE[Permission.WORK_CASES]}
    return [one for one in list_accounts(session, is_active=True) if may & set(one.roles)]


def as_worker(session: Session, login: str) -> str:
    """The login of somebody to give work to; of an empty one, nobody. Before there are accounts, a name is a name.

    Raises:
        PeopleError: It is none of them.
    """
    wanted = login.strip()
    if not wanted or not has_accounts(session):
        return wanted
    names = [one.login for one in workers(session)]
    known = {folded(name): name for name in reversed(names)}
    if wanted in names:
        return wanted
    if folded(wanted) not in known:
        raise PeopleError("no_worker", login=wanted, known=", ".join(names) or "–")
    return known[folded(wanted)]
