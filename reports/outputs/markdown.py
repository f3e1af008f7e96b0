"""Markdown (CommonMark with tables): every character of a text is text, none is markup."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from core.texts import load_texts
from reports.outputs.interface import Output

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from reports.printing.fonts import Face
    from reports.values import FilledItem, FilledReport, Known

_MARKUP: Final = re.compile(r"([\\`*_{}\[\]<>#|!&~$^=+\-.():\"'@/])")
"""ASCII punctuation that begins something somewhere in CommonMark or its common extensions, bare links included."""


class MarkdownFile(Output):
    """Markdown."""

    name = "md"
    media_type = "text/markdown; charset=utf-8"

    def write(self, report: FilledReport, faces: Sequence[Face], at: datetime) -> bytes:
        """The report as Markdown."""
        del faces, at
        return "\n".join(_lines(report)).encode()


def escaped(text: str) -> str:
    """A text of one line that CommonMark shows as it is."""
    return _MARKUP.sub(r"\\\1", text.strip())


def _lines(report: FilledReport) -> Iterator[str]:
    yield f"# {_both(report.title, report.language)}"
    yield ""
    if report.law:
        yield f"{escaped(report.law)}\n"
    for name, value in report.head:
        yield f"- {escaped(name)}: {escaped(value)}"
    for number, item in enumerate(report.outgoing, start=1):
        yield f"\n## {number}\\. {_both(item.heading, report.language)}\n"
        yield from _item(item, report)


def _item(item: FilledItem, report: FilledReport) -> Iterator[str]:
    texts = load_texts("reports", report.language)
    for known in item.told:
        source = (
            f" \\[{escaped(texts('top.sources'))}: {escaped(known.source)}\\]" if known.source and report.cites else ""
        )
        yield f"{_paragraph(known.text)}{source}\n"
        yield from _table(known)
    for gap in item.open_gaps:
        yield f"> **{_paragraph(gap.text)}**\n"
    if item.written.strip():
        yield f"{_paragraph(item.written)}\n"


def _table(known: Known) -> Iterator[str]:
    if not known.table:
        return
    head, *rows = known.table
    yield _row(head)
    yield "|" + "---|" * len(head)
    yield from map(_row, rows)
    yield ""


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(escaped(cell.replace("\n", " ")) or " " for cell in cells) + " |"


def _paragraph(text: str) -> str:
    """Lines stay lines; an empty one ends a paragraph."""
    blocks = re.split(r"\n\s*\n", text.strip())
    return "\n\n".join("\\\n".join(escaped(line) for line in block.split("\n") if line.strip()) for block in blocks)


def _both(words: dict[str, str], language: str) -> str:
    other = next(text for name, text in words.items() if name != language)
    return f"{escaped(words[language])} / {escaped(other)}"
