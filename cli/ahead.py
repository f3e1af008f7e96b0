"""The child that judges, begun before the command is read: what each imports it imports beside the other.

A paste is judged in less time than all that takes to be imported. Whatever is here is light: it comes before all else
that a command does.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.processes.begun import Begun

JUDGES: Final = "scan"
"""The command that judges at once; others look first whether there is anything to judge."""
UMASK_VARIABLE: Final = "HINOMI_UMASK"
"""Where two users share an archive, it may let the group in (``007``); nobody lets in all others."""
OWNER_ALONE, OTHERS = 0o077, 0o007
_WITH_VALUE: Final = ("--home", "--lang")
_begun: list[Begun] = []


def begin(arguments: Sequence[str]) -> None:
    """Start the child where the command that was typed will want it."""
    if command_in(arguments) == JUDGES and not {"-h", "--help"} & set(arguments):
        from core.processes.begun import Begun

        _begun.append(Begun("judging.beforehand"))


def take() -> Begun | None:
    """The child that is on its way, once."""
    return _begun.pop() if _begun else None


def give_up() -> None:
    """End it, where no one took it."""
    while _begun:
        _begun.pop().give_up()


def command_in(arguments: Sequence[str]) -> str:
    """The first word that is neither an option of the program nor its value."""
    rest = iter(arguments)
    for word in rest:
        if not word.startswith("-"):
            return word
        if word in _WITH_VALUE:
            next(rest, "")
    return ""


def set_umask() -> None:
    """What nobody but the owner, or his group where that was asked for, may do with what a command writes."""
    given = os.environ.get(UMASK_VARIABLE, "")
    os.umask(int(given, 8) | OTHERS if re.fullmatch("0?[0-7]{3}", given) else OWNER_ALONE)
