"""Tables and cells of the pages that the code writes."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


def cell(text: str) -> str:
    """A text that means nothing to Markdown, in one line of a table."""
    line = " ".join(text.split()).replace("|", "\\|")
    inside = False
    shown = []
    for char in line:  # what stands in backticks is code already
        inside ^= char == "`"
        shown.append(char if inside or char not in "<>[]*_~$" else f"\\{char}")
    return "".join(shown)


def code(text: str) -> str:
    """A text as code in a table; nothing for nothing."""
    return "`" + " ".join(text.split()).replace("|", "\\|").replace("`", "'") + "`" if text.strip() else ""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table's lines, and an empty one behind it."""
    yield "| " + " | ".join(head) + " |"
    yield "|---" * len(head) + "|"
    for row in rows:
        yield "| " + " | ".join(row) + " |"
    yield ""


def first_line(thing: object) -> str:
    """The first line of what a class or module says of itself."""
    return (inspect.getdoc(thing) or "").split("\n\n")[0]
