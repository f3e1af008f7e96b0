"""People who act in tests: authenticated, with every role unless some are named."""

from __future__ import annotations

from core.actors import Actor, Role


def by(name: str, *roles: Role, account: int | None = None, extracts: tuple[str, ...] = ("*",)) -> Actor:
    """Somebody of that name."""
    return Actor(name, account, frozenset(roles or set(Role) - {Role.SERVICE}), "os", extracts=extracts)
