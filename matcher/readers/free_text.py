"""Free text, and everything that no other reader claims: posts, mails, notes, logs, source code."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from matcher.readers.interface import Example, Passage, Prose, Reader, Source
from matcher.readers.json_records import unescape

if TYPE_CHECKING:
    from collections.abc import Iterator

BATCH_CHARS = 1 << 18
SURE = 0.05


class FreeTextReader(Reader):
    """The reader of last resort."""

    name = "free text"
    examples: ClassVar = (
        Example("架空一郎さんの携帯は 090-0012-3400 だって".encode("euc_jp"), ("架空一郎", "090-0012-3400")),
        Example(b"", ()),
    )

    def recognises(self, source: Source) -> float:
        """Anything at all, when nothing better does."""
        return SURE if source.head else 0.0

    def read(self, source: Source) -> Iterator[Passage]:
        """Stretches of some hundred thousand characters, cut between paragraphs where possible."""
        if source.is_binary:
            source.note("a part that is neither text nor of a known format was not read")
            return
        line = 1
        rest = ""
        for block in source.blocks():
            text = rest + block
            while len(text) > 2 * BATCH_CHARS:
                cut = _cut(text)
                yield Prose(_readable(text[:cut]), line)
                line += text.count("\n", 0, cut)
                text = text[cut:]
            rest = text
        if rest.strip():
            yield Prose(_readable(rest), line)


def _cut(text: str) -> int:
    for mark in ("\n\n", "\n", " "):
        at = text.rfind(mark, BATCH_CHARS // 2, BATCH_CHARS)
        if at > 0:
            return at + len(mark)
    return BATCH_CHARS


def _readable(text: str) -> str:
    return unescape(text) if "\\u" in text else text
