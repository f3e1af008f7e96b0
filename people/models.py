"""Tables of people: accounts, what they sign in with, who is signed in, who stands in for whom, what was approved."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base


class Account(Base):
    """A person, or with the role ``service`` another system; never removed, since events name it.

    ``extracts`` are the names of the extracts that a data owner answers for, ``*`` standing for any part of a name.
    ``os_user`` is their name at this machine's command line, ``oidc`` issuer and subject, ``slack`` their Slack
    user. ``password`` is an argon2 hash, ``totp`` a sealed secret and ``totp_step`` the last step that was used:
    a code counts once.
    """

    __tablename__ = "accounts"
    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    email: Mapped[str]
    roles: Mapped[list[str]] = mapped_column(JSON)
    extracts: Mapped[list[str]] = mapped_column(JSON)
    language: Mapped[str]
    os_user: Mapped[str]
    oidc: Mapped[str | None] = mapped_column(unique=True)
    slack: Mapped[str | None] = mapped_column(unique=True)
    password: Mapped[str]
    totp: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_step: Mapped[int]
    wrong: Mapped[int]
    wrong_at: Mapped[datetime | None]
    added_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class Passkey(Base):
    """A key that a browser or a device keeps (WebAuthn): its number there, its public part, how often it signed."""

    __tablename__ = "passkeys"
    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    count: Mapped[int]
    name: Mapped[str]
    added_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignInLink(Base):
    """A link that signs somebody in once; only its digest is kept."""

    __tablename__ = "sign_in_links"
    digest: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class WebSession(Base):
    """One browser that is signed in; only the digest of what its cookie holds is kept.

    ``id`` names it where sessions are listed. ``fresh_at`` is when somebody last proved who they are.
    """

    __tablename__ = "web_sessions"
    __table_args__ = (Index(None, "account_id", "ended_at"),)
    digest: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    how: Mapped[str]
    client: Mapped[str]
    agent: Mapped[str]
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str]


class ServiceToken(Base):
    """What another system shows; only its digest is kept. ``scopes`` say what it is good for."""

    __tablename__ = "service_tokens"
    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    scopes: Mapped[list[str]] = mapped_column(JSON)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class IdempotentCall(Base):
    """A call of the API that changed something, and what was answered: the same call again changes nothing more.

    ``request`` is the hash of method, path and body, ``key`` what the caller gave it.
    """

    __tablename__ = "idempotent_calls"
    token_id: Mapped[int] = mapped_column(ForeignKey("service_tokens.id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request: Mapped[str]
    status: Mapped[int]
    answer: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime]


class Absence(Base):
    """Somebody is away, and another stands in with their roles."""

    __tablename__ = "absences"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    deputy_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    from_at: Mapped[datetime]
    until_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Approval(Base):
    """What somebody asked for that needs a second person; ``about`` says of what, as the asking page has it.

    ``state``: ``asked``, ``granted``, ``refused``, ``used``; past ``expires_at`` it is good for nothing.
    """

    __tablename__ = "approvals"
    __table_args__ = (Index(None, "state", "id"), Index(None, "kind", "about"))
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    about: Mapped[str]
    incident_id: Mapped[int | None]
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str]
    asked_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    decided_at: Mapped[datetime | None]
    said: Mapped[str]
    state: Mapped[str]


class SavedSearch(Base):
    """A search that somebody gave a name; it holds no results, so whoever runs it sees what they may see.

    ``room`` is what it looks through: ``events``, ``documents`` or ``records``. A ``shared`` one is there for all,
    ``is_default`` is what its owner's page of that room begins with.
    """

    __tablename__ = "saved_searches"
    __table_args__ = (UniqueConstraint("account_id", "room", "name"), Index(None, "room", "shared"))
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    room: Mapped[str]
    name: Mapped[str]
    query: Mapped[str]
    shared: Mapped[bool]
    is_default: Mapped[bool]
    saved_at: Mapped[datetime]
