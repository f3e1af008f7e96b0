"""Single sign-on by OpenID Connect: the code flow with PKCE (OpenID Connect Core 1.0; RFC 7636), by Authlib.

Groups there bring roles here, anew at each sign-in, so that whoever leaves a group loses its role with the next one. An
account that nobody added is made when one of its groups brings a role, and else it is refused.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from authlib.common.errors import AuthlibBaseError
from authlib.common.security import generate_token
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from httpx2 import HTTPError
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import select

from core.actors import SYSTEM, Role
from people.accounts import LOGIN_LENGTH, add_account, change_account, find_account
from people.errors import PeopleError, SignInError
from people.models import Account

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from core.sections.people import OidcSettings

OIDC: Final = "oidc"
ALGORITHMS: Final = [
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "Ed25519",
    "EdDSA",
]
"""Signatures by a key that only the provider has; ``none`` and shared secrets are none."""
_LEEWAY_S: Final = 120
_LEAST: Final = 48


@dataclass(frozen=True, slots=True)
class Journey:
    """What has to come back from the provider as it went: kept, signed, by the browser meanwhile."""

    state: str
    nonce: str
    verifier: str
    to: str

    def as_text(self) -> str:
        """To be put aside."""
        return json.dumps([self.state, self.nonce, self.verifier, self.to])

    @classmethod
    def of_text(cls, text: str) -> Journey | None:
        """As it was put aside; none when nothing was."""
        try:
            state, nonce, verifier, to = json.loads(text)
        except (ValueError, TypeError):
            return None
        return cls(str(state), str(nonce), str(verifier), str(to))


class Provider:
    """The provider, as its discovery document describes it."""

    def __init__(self, settings: OidcSettings, back: str) -> None:
        """Args: the settings, and the address of ours that it sends people back to."""
        self._settings = settings
        self._client = OAuth2Client(
            settings.client_id, settings.client_secret.get_secret_value() or None, scope=settings.scopes,
            redirect_uri=back, code_challenge_method="S256", timeout=settings.timeout_s, follow_redirects=False,
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def leave_for(self, to: str) -> tuple[str, Journey]:
        """The address to send somebody to, and what has to come back.

        Raises:
            SignInError: The provider does not answer.
        """
        state, nonce, verifier = (generate_token(_LEAST) for _ in range(3))
        errand = Journey(state, nonce, verifier, to)
        address, _ = self._client.create_authorization_url(
            self._described()["authorization_endpoint"], state=errand.state, nonce=errand.nonce,
            code_verifier=errand.verifier,
        )  # fmt: skip
        return str(address), errand

    def claims(self, errand: Journey, code: str, state: str) -> dict[str, Any]:
        """What the provider says of whoever came back.

        Raises:
            SignInError: They were not sent by us, the provider says no, or what it says is not signed by it for us.
        """
        if not code or not state or state != errand.state:
            raise SignInError("oidc", why="state")
        described = self._described()
        try:
            token = self._client.fetch_token(
                described["token_endpoint"], grant_type="authorization_code", code=code, code_verifier=errand.verifier
            )
            claims = self._read(token, described, errand.nonce)
            if self._settings.groups_claim not in claims and described.get("userinfo_endpoint"):
                claims = self._asked(described, claims)
        except (HTTPError, AuthlibBaseError, JoseError, ValueError, KeyError, TypeError) as error:
            raise SignInError("oidc", why=type(error).__name__) from None
        return claims

    def _described(self) -> dict[str, Any]:
        address = self._settings.issuer.rstrip("/") + "/.well-known/openid-configuration"
        try:
            described: dict[str, Any] = (
                self._client.request("GET", address, withhold_token=True).raise_for_status().json()
            )
        except (HTTPError, ValueError) as error:
            raise SignInError("oidc", why=type(error).__name__) from None
        if not isinstance(described, dict) or not _is_same(described.get("issuer"), self._settings.issuer):
            raise SignInError("oidc", why="issuer")
        return described

    def _read(self, token: dict[str, Any], described: dict[str, Any], nonce: str) -> dict[str, Any]:
        keys = KeySet.import_key_set(
            self._client.request("GET", described["jwks_uri"], withhold_token=True).raise_for_status().json()
        )
        decoded = jwt.decode(token["id_token"], keys, algorithms=ALGORITHMS)
        wanted = {
            "iss": {"essential": True, "value": described["issuer"]},
            "aud": {"essential": True, "value": self._settings.client_id},
            "sub": {"essential": True},
            "nonce": {"essential": True, "value": nonce},
        }
        known = {"nonce": nonce, "client_id": self._settings.client_id, "access_token": token.get("access_token")}
        claims = CodeIDToken(decoded.claims, decoded.header, wanted, known)
        claims.validate(leeway=_LEEWAY_S)
        return dict(claims)

    def _asked(self, described: dict[str, Any], claims: dict[str, Any]) -> dict[str, Any]:
        more = self._client.get(described["userinfo_endpoint"]).raise_for_status().json()
        return {**more, **claims} if more.get("sub") == claims["sub"] else claims


def account_of(session: Session, claims: dict[str, Any], settings: OidcSettings, *, now: datetime) -> Account:
    """The account of somebody whom the provider signed in; made, or its roles changed, as their groups say.

    Raises:
        SignInError: Nobody added them and no group of theirs brings a role, or they are disabled.
    """
    subject = f"{claims['iss']} {claims['sub']}"
    login = str(claims.get(settings.login_claim) or claims.get("email") or claims["sub"])
    roles = roles_of(claims.get(settings.groups_claim), settings)
    account = session.scalar(select(Account).where(Account.oidc == subject))
    if account is None:
        account = _new(session, login, subject, roles, claims, now)
    if account.disabled_at is not None:
        raise SignInError("oidc_unknown", who=login)
    if settings.groups and list(account.roles) != roles:
        if not roles:
            raise SignInError("oidc_unknown", who=login)
        change_account(session, account.login, roles=roles, actor=SYSTEM, now=now)
    return account


def roles_of(groups: object, settings: OidcSettings) -> list[str]:
    """The roles that groups bring, in the order of `core.actors.Role`."""
    given: Iterable[object] = groups if isinstance(groups, list) else [groups]
    brought = {role for group in given for role in settings.groups.get(str(group), ())}
    return [role.value for role in Role if role.value in brought and role != Role.SERVICE]


def _new(
    session: Session, login: str, subject: str, roles: list[str], claims: dict[str, Any], now: datetime
) -> Account:
    """An account that an administrator added and that waits for its first sign-on, or a new one."""
    refusal = SignInError("oidc_unknown", who=login[:LOGIN_LENGTH])
    email = _proven_email(claims)
    known = find_account(session, login)
    if known is not None and known.oidc is None and known.email and known.email == email:
        return change_account(session, known.login, oidc=subject, actor=SYSTEM, now=now)
    if known is not None or not roles:
        raise refusal
    name = str(claims.get("name") or login)
    try:
        return add_account(session, login, roles=roles, name=name, email=email, oidc=subject, actor=SYSTEM, now=now)
    except PeopleError:
        raise refusal from None


def _is_same(issuer: object, configured: str) -> bool:
    """Whether a provider is the one that was set up; a slash at the end is no difference."""
    return isinstance(issuer, str) and issuer.rstrip("/") == configured.rstrip("/")


def _proven_email(claims: dict[str, Any]) -> str:
    return str(claims.get("email") or "") if claims.get("email_verified") is True else ""
