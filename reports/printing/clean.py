"""Text that people wrote or pages said, made harmless before it goes into any output; pure.

Whatever has no look of its own, or changes the look of what stands around it, is written as its code: controls, marks
of direction, invisible characters, halves of surrogates, what is no character. Nothing is left out. Two joiners stay,
since scripts need them, and selectors of variants, which are letters' own. A text that is clean stays as it is.
"""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from reports.values import FilledItem, FilledReport

JOINERS: Final = frozenset("\u200c\u200d")
SHOWN_AS_CODE: Final = frozenset({"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"})
INVISIBLE: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
"""Letters and marks by their category, and nothing to look at: fillers, joiners, the empty braille cell."""
_KNOWN: Final = str.maketrans({"\t": " ", "\u00a0": " "})


def clean(text: str) -> str:
    """A text with line feeds as its only controls; what else has no look stands as ``[U+202E]``."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").translate(_KNOWN)
    if lines.isascii() and lines.replace("\n", "").isprintable():
        return lines
    return "".join(_shown(char) for char in lines)


def cleaned(report: FilledReport) -> FilledReport:
    """A report with every text clean."""
    return replace(
        report, title={language: clean(text) for language, text in report.title.items()}, law=clean(report.law),
        head=tuple((clean(name), clean(value)) for name, value in report.head),
        items=tuple(_cleaned(item) for item in report.items),
    )  # fmt: skip


def _cleaned(item: FilledItem) -> FilledItem:
    known = tuple(
        replace(
            one, text=clean(one.text), source=clean(one.source),
            table=tuple(tuple(clean(cell) for cell in row) for row in one.table),
        )
        for one in item.known
    )  # fmt: skip
    gaps = tuple(replace(gap, text=clean(gap.text)) for gap in item.gaps)
    return replace(item, known=known, gaps=gaps, written=clean(item.written))


def _shown(char: str) -> str:
    is_seen = unicodedata.category(char) not in SHOWN_AS_CODE and char not in INVISIBLE
    if char == "\n" or char in JOINERS or is_seen:
        return char
    return f"[U+{ord(char):04X}]"
