"""Passwords: kept as argon2id hashes (RFC 9106), asked together with the second factor, if the account has one.

What is said of a wrong one is the same whether the name, the password or the code was wrong, and takes as long.
"""

from __future__ import annotations

import threading
from functools import cache
from typing import TYPE_CHECKING, Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import func, select

from core.actors import Role
from incidents.timeline.events import add_event
from people.accounts import find_account
from people.errors import PeopleError, SignInError
from people.models import Account, Passkey
from people.sign_in import totp, waits

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from core.actors import Actor
    from core.database import Database
    from people.sign_in.sealing import Sealing

LEAST: Final = 12
PASSWORD, WITH_CODE, WITH_PASSKEY = "password", "password+totp", "password+passkey"
CHANGED: Final = "password-changed"
_LONGEST: Final = 1024
_HASHER: Final = PasswordHasher()
_FEW: Final = threading.BoundedSemaphore(2)
"""Each hash takes 64 MiB: many guesses at once wait for each other."""
_KNOWN: Final = (
    "password", "passw0rd", "123456789012", "1234567890123", "qwertyuiop", "asdfghjkl", "letmein", "administrator",
    "hinomi", "changeme", "welcome", "iloveyou", "abcdefghijkl", "パスワード",
)  # fmt: skip


def set_password(session: Session, account: Account, password: str, *, actor: Actor, now: datetime) -> None:
    """Give an account a password.

    Raises:
        PeopleError: It is too short, or among the first that are tried.
    """
    if not LEAST <= len(password) <= _LONGEST:
        raise PeopleError("password_short", least=LEAST)
    plain = password.casefold()
    if any(plain.replace(word, "", 1).strip("0123456789!?.-_ ") == "" for word in (*_KNOWN, account.login.casefold())):
        raise PeopleError("password_known")
    account.password = _HASHER.hash(password)
    waits.note_right(account)
    add_event(session, CHANGED, actor=actor, now=now, data={"login": account.login})


def check_password(
    database: Database, login: str, password: str, code: str, *, sealing: Sealing, now: datetime
) -> tuple[Account | None, str, int]:
    """Whom name, password and code sign in.

    The password is hashed outside of any writing session: it takes a tenth of a second, which no other writer waits.

    Returns:
        The account (none for nobody), how it was authenticated, and how many wrong tries there were of late.

    Raises:
        SignInError: After several wrong ones, the next is not looked at yet.
    """
    with database.read() as session:
        known = find_account(session, login)
    if known is None or not known.password or known.disabled_at or Role.SERVICE in known.roles:
        _is_right(_nobodys(), password)
        return None, "", 0
    if wait := waits.wait_s(known, now):
        raise SignInError("wait", seconds=wait)
    is_right = _is_right(known.password, password)
    with database.write() as session:
        account = session.get_one(Account, known.id, with_for_update=True)
        is_right = is_right and account.password == known.password
        how = PASSWORD
        if account.totp is not None:
            how = WITH_CODE
            is_right = is_right and totp.use_code(account, code, sealing=sealing, now=now)
        elif has_passkeys(session, account):
            is_right = False  # a second factor that was set up is asked for: they sign in with the passkey
        if not is_right:
            return None, "", waits.note_wrong(account, now)
        waits.note_right(account)
        if _HASHER.check_needs_rehash(account.password):
            account.password = _HASHER.hash(password)
    return account, how, 0


def is_password_of(account: Account, password: str) -> bool:
    """Whether it is the account's password: asked again before what changes how somebody signs in."""
    return _is_right(account.password, password)


def has_passkeys(session: Session, account: Account) -> bool:
    """Whether an account has a passkey."""
    return bool(session.scalar(select(func.count()).where(Passkey.account_id == account.id)))


def _is_right(hashed: str, password: str) -> bool:
    if len(password) > _LONGEST:
        return False
    try:
        with _FEW:
            return _HASHER.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    """A hash that is compared with where there is no account, so that it takes as long."""
    return _HASHER.hash("nobody's password")
