"""A docstring is text for people: none is cut in the middle of a sentence by a change around it."""

from __future__ import annotations

import ast
import inspect
import re
import unicodedata
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
SECTION = re.compile(r"(Args|Attributes|Raises|Returns):\n")
NARROW = 100
"""Columns, of 120, up to which a line may go on with the next one's first word: shorter is no paragraph's line."""


def docstrings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every docstring, and every text below a constant, with its column."""
    for node in ast.walk(tree):
        for statement in getattr(node, "body", None) or [] if not isinstance(node, ast.Lambda | ast.IfExp) else []:
            value = statement.value if isinstance(statement, ast.Expr) else None
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield statement.col_offset, inspect.cleandoc(value.value)


def paragraphs(text: str) -> Iterator[list[str]]:
    """Those that are flowing text: no sections, no lists, nothing shown as it is written."""
    for paragraph in re.split(r"\n[ \t]*\n", text):
        is_listed = SECTION.match(paragraph) or re.search(r"^[*|-] ", paragraph, re.MULTILINE)
        if not paragraph.startswith(" ") and not is_listed:
            yield paragraph.split("\n")


def width(text: str) -> int:
    """Columns on a screen: two for each letter of Japanese."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def breaks(text: str, column: int = 0) -> list[str]:
    """Lines that end, or are indented, where the sentence goes on."""
    return [
        line
        for lines in paragraphs(text)
        for line, following in pairwise(lines)
        if following.startswith(" ") or column + width(line) + 1 + width(following.split()[0]) <= NARROW
    ]


@pytest.mark.parametrize(
    "folder", [ROOT, *sorted({path.parent for path in ROOT.glob("*/*.py")})], ids=lambda path: path.name
)
def test_no_docstring_breaks_off_in_the_middle_of_a_sentence(folder: Path) -> None:
    wrong = {
        f"{file.relative_to(ROOT)}: {line}"
        for file in (folder.glob("*.py") if folder == ROOT else folder.rglob("*.py"))
        for column, text in docstrings(ast.parse(file.read_text(encoding="utf-8")))
        for line in breaks(text, column)
    }
    assert not wrong


def test_a_sentence_that_was_cut_is_seen_and_text_as_it_stands_is_not() -> None:
    long = "It says what it gives, in a line that is about as long as the lines of this program are, without being one"
    assert not breaks(f"First.\n\n{long}\nand goes on.")
    assert breaks(f"First.\n\n{long}\nand\ngoes on.") == ["and"]
    assert breaks(f"First.\n\n{long}\n    and goes on.") == [long]
    assert not breaks("First::\n\n    a\n    b\n\nArgs:\n    one: A.\n    two: B.\n\n* c\n* d\n")
