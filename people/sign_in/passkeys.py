"""Passkeys (WebAuthn): a key that a device keeps, and lets sign after it has made sure who holds it.

So a passkey is both factors at once. It is bound to the name of our pages: an address of numbers has none.
"""

from __future__ import annotations

import ipaddress
import secrets
from typing import TYPE_CHECKING, Final

import webauthn
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from incidents.timeline.events import add_event
from people.errors import PeopleError, SignInError
from people.models import Account, Passkey
from people.sign_in.totp import ADDED, ISSUER, REMOVED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from core.actors import Actor

PASSKEY: Final = "passkey"
_CHALLENGE: Final = 32
_NAME: Final = 60


def is_name(host: str) -> bool:
    """Whether passkeys can be bound to a host."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return bool(host)
    return False


def new_challenge() -> str:
    """What has to be signed this time."""
    return bytes_to_base64url(secrets.token_bytes(_CHALLENGE))


def options_to_add(account: Account, known: Sequence[Passkey], challenge: str, host: str) -> str:
    """What the browser is asked to make, as JSON."""
    return webauthn.options_to_json(
        webauthn.generate_registration_options(
            rp_id=host, rp_name=ISSUER, user_name=account.login, user_id=f"hinomi-{account.id}".encode(),
            user_display_name=account.name, challenge=base64url_to_bytes(challenge),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.id)) for one in known],
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
        )
    )  # fmt: skip


def options_to_use(challenge: str, host: str) -> str:
    """What the browser is asked to sign, as JSON."""
    options = webauthn.generate_authentication_options(
        rp_id=host, challenge=base64url_to_bytes(challenge), user_verification=UserVerificationRequirement.REQUIRED
    )
    return webauthn.options_to_json(options)


def add_passkey(
    session: Session,
    account: Account,
    answer: str,
    challenge: str,
    *,
    origin: str,
    host: str,
    name: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep the public part of a key that a browser made.

    Raises:
        PeopleError: It did not sign what was asked, or somebody has it already.
    """
    try:
        made = webauthn.verify_registration_response(
            credential=answer, expected_challenge=base64url_to_bytes(challenge), expected_rp_id=host,
            expected_origin=origin, require_user_verification=True,
        )  # fmt: skip
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise PeopleError("passkey") from None
    identity = bytes_to_base64url(made.credential_id)
    if session.get(Passkey, identity) is not None:
        raise PeopleError("passkey")
    session.add(
        Passkey(
            id=identity, account_id=account.id, public_key=made.credential_public_key, count=made.sign_count,
            name=name.strip()[:_NAME] or PASSKEY, added_at=now,
        )
    )  # fmt: skip
    add_event(session, ADDED, actor=actor, now=now, data={"login": account.login, "factor": PASSKEY})


def remove_passkey(session: Session, account: Account, identity: str, *, actor: Actor, now: datetime) -> None:
    """Let go of a key."""
    key = session.get(Passkey, identity)
    if key is not None and key.account_id == account.id:
        session.delete(key)
        add_event(session, REMOVED, actor=actor, now=now, data={"login": account.login, "factor": PASSKEY})


def passkeys_of(session: Session, account: Account) -> Sequence[Passkey]:
    """The keys of an account, oldest first."""
    return session.scalars(select(Passkey).where(Passkey.account_id == account.id).order_by(Passkey.added_at)).all()


def use_passkey(session: Session, answer: str, challenge: str, *, origin: str, host: str, now: datetime) -> Account:
    """Whom a signature signs in.

    Raises:
        SignInError: It is nobody's, not over what was asked, or of a key that counts backwards: a copy.
    """
    try:
        credential = webauthn.helpers.parse_authentication_credential_json(answer)
        key = session.get_one(Passkey, bytes_to_base64url(credential.raw_id), with_for_update=True)
        signed = webauthn.verify_authentication_response(
            credential=credential, expected_challenge=base64url_to_bytes(challenge), expected_rp_id=host,
            expected_origin=origin, credential_public_key=key.public_key, credential_current_sign_count=key.count,
            require_user_verification=True,
        )  # fmt: skip
    except (WebAuthnException, NoResultFound, ValueError, KeyError, TypeError):
        raise SignInError("failed") from None
    account = session.get_one(Account, key.account_id)
    if account.disabled_at is not None:
        raise SignInError("failed")
    key.count, key.used_at = signed.new_sign_count, now
    return account
