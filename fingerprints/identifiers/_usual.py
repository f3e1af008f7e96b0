"""Values of a column as most are written, read many at a time: one search over a block of lines instead of one each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_BLOCK: Final = 32
"""Values read together; one that is written otherwise costs this many to be read one by one."""


def read_usual(
    texts: Sequence[str], usual: Callable[[str], str | None], read: Callable[[str], str | None]
) -> list[str | None]:
    """The canonical form of each text, None where it has none or is empty.

    Args:
        texts: As they are written.
        usual: Of texts, one a line, their canonical forms, one a line; None where one of them is not written usually.
        read: The canonical form of any text.
    """
    filled = [text for text in texts if text]
    out: list[str | None] = []
    for start in range(0, len(filled), _BLOCK):
        block = filled[start : start + _BLOCK]
        forms = usual("\n".join(block))
        lines = forms.split("\n") if forms is not None else ()
        out += lines if len(lines) == len(block) else map(read, block)  # a text of several lines makes them more
    if len(filled) == len(texts):
        return out
    given = iter(out)
    return [next(given) if text else None for text in texts]


def lines_of(value: str) -> str:
    """A pattern of lines, each of which is such a value; told in one pass."""
    return rf"(?:{value})(?:\n(?:{value}))*+"
