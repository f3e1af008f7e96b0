"""Values with a star in them: as a regular expression, and as SQL's LIKE."""

from __future__ import annotations

import re

STAR = "*"
ESCAPE = "\\"


def has_star(value: str) -> bool:
    """Whether a value of `core.query.expressions.Is` stands for more than itself."""
    return STAR in value


def regex_of(value: str) -> str:
    """A regular expression of the whole text that a value stands for, for engines that never backtrack (RE2, Rust)."""
    return "(?s)^" + ".*".join(re.escape(part) for part in re.split(r"\*+", value)) + "$"


def fits(value: str, text: str) -> bool:
    """Whether a text is what a value stands for; linear in the text, however many stars."""
    first, *rest = re.split(r"\*+", value)
    if not rest:
        return text == value
    *middle, last = rest
    if len(text) < len(first) + len(last) or not text.startswith(first) or not text.endswith(last):
        return False
    at, end = len(first), len(text) - len(last)
    for part in middle:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


def like_of(value: str) -> str:
    """The pattern of LIKE with `ESCAPE` as its escape character."""
    escaped = value.replace(ESCAPE, ESCAPE * 2).replace("%", ESCAPE + "%").replace("_", ESCAPE + "_")
    return re.sub(r"\*+", "%", escaped)
