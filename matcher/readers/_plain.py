"""Any passage, and any bytes that are text, as plain text: what a reader without a notion of their format would see."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from core.processes.patterns import later
from matcher.readers.interface import Prose, Rows, count_line_ends
from matcher.readers.records.json_records import unescape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matcher.readers.interface import Readable

BLOCK_CHARS = 1 << 18
_TAG = later(r"</?[a-zA-Z][\w:.-]{0,40}(?![\w:.+-]*@)")
"""A tag's name; a mail address in angle brackets has none."""
_BREAK = later(r"<(?:br|/tr|/p|/li|/dl|/div|/ul)\b", re.IGNORECASE)


def plain_text(source: Readable) -> Iterator[Prose]:
    """The text of a source as it stands, but for escapes and the names of tags, which touch what they enclose."""
    rest, line = "", 1
    for block in source.blocks():
        rest += block
        while len(rest) > 2 * BLOCK_CHARS:
            cut = rest.rfind("\n", BLOCK_CHARS // 2, BLOCK_CHARS) + 1 or BLOCK_CHARS
            yield Prose(_without_markup(rest[:cut]), line)
            line += count_line_ends(rest[:cut])
            rest = rest[cut:]
    if rest.strip():
        yield Prose(_without_markup(rest), line)


def _without_markup(text: str) -> str:
    if "\\" in text and "\\u" in text:
        text = unescape(text)
    if "<" in text and _TAG.search(text):
        text = _TAG.sub(" ", _BREAK.sub(" \n", text))
    return html.unescape(text) if "&" in text else text


def flattened(passage: Rows | Prose) -> Prose:
    """A table as text, a row a line."""
    if isinstance(passage, Prose):
        return passage
    rows = zip(*passage.columns, strict=True)
    return Prose("\n".join("  ".join(filter(None, cells)) for cells in rows), next(iter(passage.places), 1))
