"""Free text, and everything that no other reader claims: posts, mails, notes, logs, source code."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from matcher.readers.interface import Passage, Readable, Reader, ReaderExample, count_line_ends
from matcher.readers.texts._stretches import passages_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BATCH_CHARS = 1 << 20
"""Looked at together: a few hundred steps over arrays each, which the longer ones share among more text."""
SURE = 0.05


class FreeTextReader(Reader):
    """The reader of last resort."""

    name = "free text"
    examples: ClassVar = (
        ReaderExample("架空一郎さんの携帯は 090-0012-3400 だって".encode("euc_jp"), ("架空一郎", "090-0012-3400")),
        ReaderExample(b"", ()),
    )

    def recognises(self, source: Readable) -> float:
        """Anything at all, when nothing better does."""
        return SURE if source.head and not source.is_binary else 0.0

    def read(self, source: Readable) -> Iterator[Passage]:
        """Stretches of up to a million characters, cut between paragraphs where possible."""
        yield from text_of(source.blocks(), source)


def text_of(blocks: Iterable[str], source: Readable, first_line: int = 1) -> Iterator[Passage]:
    """Passages of a text that comes in blocks."""
    line = first_line
    rest = ""
    for block in blocks:
        text = rest + block
        while len(text) > 2 * BATCH_CHARS:
            cut = _cut(text)
            batch, text = text[:cut], text[cut:]
            yield from passages_of(batch, source, line)
            line += count_line_ends(batch)
        rest = text
    yield from passages_of(rest, source, line)


def _cut(text: str) -> int:
    for mark in ("\n\n", "\n", " "):
        at = text.rfind(mark, BATCH_CHARS // 2, BATCH_CHARS)
        if at > 0:
            return at + len(mark)
    return BATCH_CHARS
