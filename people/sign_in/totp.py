"""Codes of an authenticator app (TOTP, RFC 6238): each counts once, and the ones just before and after as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyotp

from incidents.timeline.events import add_event
from people.errors import PeopleError

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from core.actors import Actor
    from people.models import Account
    from people.sign_in.sealing import Sealing

ISSUER: Final = "Hinomi"
STEP_S: Final = 30
_AROUND: Final = (0, -1, 1)
ADDED, REMOVED = "second-factor-added", "second-factor-removed"


def new_totp() -> str:
    """A secret that an app is given."""
    return pyotp.random_base32()


def address_of(account: Account, secret: str) -> str:
    """What the app reads, as a picture or by hand."""
    return pyotp.TOTP(secret, interval=STEP_S).provisioning_uri(name=account.login, issuer_name=ISSUER)


def add_totp(
    session: Session, account: Account, secret: str, code: str, *, sealing: Sealing, actor: Actor, now: datetime
) -> None:
    """Ask for codes from now on, once the app has shown one that is right.

    Raises:
        PeopleError: The code is not the one of this moment.
    """
    step = _step_of(secret, code, now, after=0)
    if step is None:
        raise PeopleError("code")
    account.totp, account.totp_step = sealing.seal(account.id, secret), step
    add_event(session, ADDED, actor=actor, now=now, data={"login": account.login, "factor": "totp"})


def remove_totp(session: Session, account: Account, *, actor: Actor, now: datetime) -> None:
    """Ask for codes no more."""
    if account.totp is not None:
        account.totp, account.totp_step = None, 0
        add_event(session, REMOVED, actor=actor, now=now, data={"login": account.login, "factor": "totp"})


def use_code(account: Account, code: str, *, sealing: Sealing, now: datetime) -> bool:
    """Whether a code is right and was not used before; it is used then."""
    secret = sealing.open(account.id, account.totp or b"")
    step = _step_of(secret, code, now, after=account.totp_step) if secret else None
    if step is None:
        return False
    account.totp_step = step
    return True


def _step_of(secret: str, code: str, now: datetime, *, after: int) -> int | None:
    digits = "".join(char for char in code if char.isdecimal())
    app, current = pyotp.TOTP(secret, interval=STEP_S), int(now.timestamp()) // STEP_S
    steps = (current + around for around in _AROUND)
    return next(
        (step for step in steps if step > after and pyotp.utils.strings_equal(app.generate_otp(step), digits)), None
    )
