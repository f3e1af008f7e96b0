"""The deadlines: whether every file of rules can be read, those of the home above all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deadlines.rulebook import load_regimes
from health.interface import Diagnosis

if TYPE_CHECKING:
    from collections.abc import Iterator

    from home import Home


def look_at_deadlines(home: Home, _thorough: bool) -> Iterator[Diagnosis]:  # noqa: FBT001  # every look is called alike
    """What is wrong with files of rules, one by one; the others go on."""
    book = load_regimes(home.settings.home)
    for problem in book.problems:
        yield Diagnosis("bad", "deadlines", "broken", {"problem": problem})
    yield Diagnosis("ok", "deadlines", "read", {"n": len(book.evaluated)})
