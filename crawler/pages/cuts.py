"""A part of a selected text: a regular expression with one group, of which no page can make endless work.

The patterns are of sources and dialects, the text is a stranger's. So a pattern may repeat nothing that repeats or
branches inside, and little in all, and is tried on short texts alone: then its steps are at most some millions.
"""

from __future__ import annotations

import re
from re import _parser  # type: ignore[attr-defined]  # the one thing that says what a pattern is made of
from typing import Annotated, Any, Final

from pydantic import AfterValidator

LONGEST: Final = 200
"""Characters of a text that a pattern is tried on: dates, names, numbers."""
MOST_REPEATS: Final = 3
MOST_ONCE: Final = 8
"""Times that something may be repeated without counting among the repeats."""


def check_cut(pattern: str) -> str:
    """The pattern itself, if it has one group and no page can make it slow.

    Raises:
        ValueError: It is none, or of another kind.
    """
    if not pattern:
        return pattern
    try:
        compiled, parsed = re.compile(pattern), _parser.parse(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"no regular expression: {error}") from None
    if compiled.groups != 1:
        raise ValueError(f"expected one group in it, for the part that is wanted (found {compiled.groups})")
    if _repeats(parsed, inside=False) > MOST_REPEATS:
        raise ValueError(f"expected no more than {MOST_REPEATS} repetitions in it")
    return pattern


Cut = Annotated[str, AfterValidator(check_cut)]
"""A field of options that holds such a pattern; empty cuts nothing."""


def cut(text: str, pattern: str) -> str:
    """What the pattern's group finds in a text; the text as it is where it does not fit, for people to see."""
    if not pattern:
        return text
    found = re.search(pattern, text[:LONGEST])
    return found[1].strip() if found and found[1] is not None else text


def _repeats(parsed: Any, *, inside: bool) -> int:
    """How many repetitions a pattern has.

    Raises:
        ValueError: There is one in another, or a choice.
    """
    count = 0
    for operator, operand in parsed:
        name = str(operator)
        is_repeat = name in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"} and operand[1] > 1
        if inside and (is_repeat or name == "BRANCH"):
            raise ValueError("expected nothing in a repetition that repeats or has a choice itself")
        count += is_repeat and operand[1] > MOST_ONCE
        for part in _parts(operand):
            count += _repeats(part, inside=inside or is_repeat)
    return count


def _parts(operand: Any) -> list[Any]:
    """The patterns in what an operator works on."""
    if isinstance(operand, _parser.SubPattern):
        return [operand]
    if isinstance(operand, (tuple, list)):
        return [part for one in operand for part in _parts(one)]
    return []
