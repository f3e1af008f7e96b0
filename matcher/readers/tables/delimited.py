"""Tables of delimited text: CSV (RFC 4180), TSV, semicolons, pipes, combo lists; quoted or not, with or without header.

::

    氏名,電話番号,住所
    "架空　一郎",090-0012-3400,"東京都千代田区千代田1-2-3"

The delimiter is the one that cuts most lines of the head into the same number of fields. Rows may be ragged: a
short one is filled up, a long one keeps its extra cells in columns of their own.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, ClassVar

from matcher.readers.interface import Passage, Readable, Reader, ReaderExample
from matcher.readers.tables._layout import as_rows, best_delimiter, count_fields
from matcher.readers.tables._machine_text import as_text, holds_nobody
from matcher.readers.tables._records import RecordBatch, split_quoted
from matcher.readers.tables._tables import tables
from matcher.readers.texts._stretches import passages_of

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD_LINES = 200


class DelimitedReader(Reader):
    """CSV and its relatives."""

    name = "delimited"
    examples: ClassVar = (
        ReaderExample(
            "氏名,電話\n架空　一郎,090-0012-3400\n仮名 二葉,090-0112-3401\n".encode("cp932"),
            ("架空　一郎", "090-0112-3401"),
        ),
        ReaderExample(b'a@b.example:pw1\nc@d.example:pw2\ne@f.example:pw"3\n', ("c@d.example", 'pw"3')),
        ReaderExample("きょうは、晴れ。\nあしたも、たぶん、晴れ。\n".encode(), ()),
    )

    def recognises(self, source: Readable) -> float:
        """By how regular the head is."""
        if source.is_binary:
            return 0.0
        delimiter, share = best_delimiter(_head_lines(source))
        return 0.6 * share if delimiter else 0.0

    def read(self, source: Readable) -> Iterator[Passage]:
        """Batches of rows, table after table, and what stands between the tables as text."""
        lines = _head_lines(source)
        delimiter = best_delimiter(lines)[0] or ","
        records = [split_quoted(line, delimiter) for line in lines]
        if len(records) > 1 and holds_nobody(as_rows((), records[1:], range(2, len(records) + 1)), records[0]):
            yield from as_text(source.blocks())
            return
        width = max(
            Counter(count_fields(line, delimiter) for line in lines).items(), key=lambda item: item[1], default=(0, 0)
        )[0]
        batch = RecordBatch(source.blocks(), source, delimiter, width)
        yield from tables(batch, source, delimiter, passages_of)


def _head_lines(source: Readable) -> list[str]:
    lines = source.head_text.split("\n")
    if len(source.head) and len(lines) > 1 and not source.head_text.endswith("\n"):
        lines = lines[:-1] if len(lines) > HEAD_LINES else lines
    return [line.rstrip("\r") for line in lines[:HEAD_LINES] if line.strip()]
