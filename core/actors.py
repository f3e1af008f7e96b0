"""Who acts: one person, another system with a token, or the program itself; never a name that somebody typed.

An actor is made where somebody was authenticated (`people`), and goes from there into every action and every event.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from core.processes.patterns import later

if TYPE_CHECKING:
    from collections.abc import Iterable


class Role(StrEnum):
    """What somebody is to Hinomi; `people.roles` says what each may do."""

    RESPONDER = "responder"
    DATA_OWNER = "data-owner"
    INVESTIGATOR = "investigator"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    SERVICE = "service"


PROGRAM: Final = "program"
"""How the program itself is known: it is what runs."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who was authenticated.

    Attributes:
        name: The account's own name, as events show it.
        account: The account's number; none for the program, and for who runs commands without having an account.
        roles: What they are now, a deputy's borrowed roles included.
        how: How they were authenticated: ``password+totp``, ``oidc``, ``link``, ``slack``, ``token``, ``os``, ….
        deputy_for: The logins of those whose roles are borrowed, while they are away.
        extracts: Names of the extracts that a data owner answers for, ``*`` for any part of a name.
    """

    name: str
    account: int | None = None
    roles: frozenset[Role] = frozenset()
    how: str = PROGRAM
    deputy_for: tuple[str, ...] = ()
    extracts: tuple[str, ...] = ()

    @property
    def is_program(self) -> bool:
        """Whether nobody did it: the program did."""
        return self.how == PROGRAM

    def has_any(self, roles: Iterable[Role]) -> bool:
        """Whether they have one of these roles."""
        return not self.roles.isdisjoint(roles)

    def is_same_person(self, account: int | None, name: str) -> bool:
        """Whether somebody who acted before is this person."""
        return account == self.account if account is not None and self.account is not None else name == self.name

    def as_data(self) -> dict[str, Any]:
        """Who that is for an event's data: the account, how it was authenticated, for whom it stood in."""
        known = {"account": self.account, "how": self.how, "deputy_for": list(self.deputy_for)}
        return {key: value for key, value in known.items() if value not in (None, "", [])}

    @property
    def answers_for(self) -> tuple[str, ...]:
        """Whose work is theirs to do: their own, and that of those they stand in for."""
        return (self.name, *self.deputy_for)

    @property
    def signature(self) -> str:
        """The same as one text, for records that have one field for it."""
        if self.is_program:
            return self.name
        return f"{self.name} ({self.how})" if self.account is None else f"{self.name} (#{self.account}, {self.how})"


_SIGNED: Final = later(r"(?P<name>.*) \((?:#(?P<account>[0-9]+), )?[^()]*\)", re.DOTALL)


def read_signature(text: str) -> tuple[int | None, str]:
    """The account's number, where there is one, and the name that `Actor.signature` made a text of."""
    found = _SIGNED.fullmatch(text)
    if found is None:
        return None, text
    return int(found["account"]) if found["account"] else None, found["name"]


SYSTEM: Final = Actor("hinomi")
"""The actor of what the program does by itself."""
