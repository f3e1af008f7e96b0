"""Values of a column as most are written, read many at a time: one search over a block of lines instead of one each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_BLOCKS: Final = (128, 32)
"""Values read together; one that is written otherwise costs a smaller block, and the smallest to be read one by one."""

T = TypeVar("T")


def read_blocks(
    texts: Sequence[str], usual: Callable[[str], Sequence[T] | None], read: Callable[[str], T], nothing: T
) -> list[T]:
    """What each text gives.

    Args:
        texts: As they are written.
        usual: Of texts, one a line, what each gives; None where one of them is not written usually.
        read: What any text gives.
        nothing: What an empty one gives.
    """
    filled = [text for text in texts if text]
    out: list[T] = []
    _read_into(out, filled, usual, read, _BLOCKS)
    if len(filled) == len(texts):
        return out
    given = iter(out)
    return [next(given) if text else nothing for text in texts]


def _read_into(
    out: list[T],
    texts: Sequence[str],
    usual: Callable[[str], Sequence[T] | None],
    read: Callable[[str], T],
    sizes: Sequence[int],
) -> None:
    size, *smaller = sizes
    for start in range(0, len(texts), size):
        block = texts[start : start + size]
        found = usual("\n".join(block))
        if found is not None and len(found) == len(block):  # a text of several lines makes them more
            out += found
        elif smaller:
            _read_into(out, block, usual, read, smaller)
        else:
            out += map(read, block)


def lines_of(value: str) -> str:
    """A pattern of lines, each of which is such a value; told in one pass."""
    return rf"(?:{value})(?:\n(?:{value}))*+"
