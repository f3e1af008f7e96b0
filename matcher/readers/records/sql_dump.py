r"""SQL dumps: INSERT as mysqldump, pg_dump, sqlite3, SQL Server and hands write it, and PostgreSQL's COPY … FROM stdin.

::

    INSERT INTO `customers` (`name`, `tel`) VALUES ('架空 一郎','090-0012-3400'),('仮名''s',NULL);
    INSERT [dbo].[顧客] ([氏名], [登録日]) VALUES (N'架空 一郎', CAST(N'2020-04-01' AS Date))
    COPY public.customers (name, tel) FROM stdin;
    架空 一郎	090-0012-3400
    \.

What stands between the statements is read as free text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from core.processes.patterns import later
from matcher.readers.interface import Passage, Readable, Reader, ReaderExample, Rows
from matcher.readers.records._sql_values import NAME, copy_values, find_row, values_of
from matcher.readers.tables._layout import as_rows
from matcher.readers.texts._stretches import passages_of

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

BATCH_ROWS = 10_000
LONGEST_TUPLE = 1 << 20
MOST_FAILED, LONGEST_AFTER = 50, 1 << 12  # rows without an end: after so many, no further one is searched for so far
_COLUMNS = r"(\([^()']{0,20000}+\))?"
_HEAD = later(
    rf"\b(?:INSERT\s++(?:(?:LOW_PRIORITY|DELAYED|HIGH_PRIORITY|IGNORE|OR\s++\w++)\s++)?+(?:INTO\s++)?+"
    rf"|REPLACE\s++(?:INTO\s++)?+)({NAME})\s*+{_COLUMNS}\s*+(?:OVERRIDING\s++\w++\s++VALUE\s++)?+VALUES\s*+"
    rf"|\bCOPY\s++({NAME})\s*+{_COLUMNS}\s*+FROM\s++stdin[^\n]*+\n",
    re.IGNORECASE,
)
_IN_EVERY_HEAD = ("values", "stdin")
_VERB = later("[irc](?:nsert|eplace|opy)")


class SqlReader(Reader):
    """Rows of INSERT and COPY statements."""

    name = "sql"
    examples: ClassVar = (
        ReaderExample(
            "INSERT INTO t (名,tel) VALUES ('架空''s','090-0012-3400'),(NULL,'x\\'y');".encode(),
            ("架空's", "090-0012-3400", "x'y"),
        ),
        ReaderExample(
            "INSERT [dbo].[顧客] ([氏名], [日]) VALUES (N'架空', CAST(N'2020-04-01' AS Date))\nGO\n".encode("utf-16"),
            ("架空", "2020-04-01", "氏名"),
        ),
        ReaderExample(
            "COPY public.t (name, tel) FROM stdin;\n架空\t090-0012-3400\n\\.\n".encode(), ("架空", "090-0012-3400")
        ),
        ReaderExample(b"insert the key and copy it into the lock", ()),
    )

    def recognises(self, source: Readable) -> float:
        """By a statement in the head."""
        small = source.head_small
        if source.is_binary or not any(word in small for word in _IN_EVERY_HEAD):
            return 0.0
        return 0.95 if any(_HEAD.match(small, verb.start()) for verb in _VERB.finditer(small)) else 0.0

    def read(self, source: Readable) -> Iterator[Passage]:
        """Batches of rows, table by table."""
        text, scanner = "", _Scanner(source)
        for block in source.blocks():
            text += block
            at = yield from scanner.scan(text, ended=False)
            text = text[at:]
        yield from scanner.scan(text, ended=True)
        yield from scanner.flush()


class _Scanner:
    """Goes through a dump as it comes in; knows whether it is inside of a statement.

    Rows of one table stay together however many statements they come in: a dump may have a statement a row.
    """

    def __init__(self, source: Readable) -> None:
        self._source = source
        self._is_inside = self._is_copy = False
        self._table: tuple[str, tuple[str, ...]] = ("", ())
        self._numbers: dict[str, int] = {}
        self._rows_before = 0
        self._batch: list[list[str]] = []
        self._line = 1
        self._failed = 0

    def scan(self, text: str, *, ended: bool) -> Generator[Passage, None, int]:
        """Passages of a text; returns how much of it was used, since the rest may be cut off in the middle of a row."""
        at = counted = 0
        while at < len(text):
            if not self._is_inside:
                head = _HEAD.search(text, at)
                if head is None and not ended and len(text) - at < LONGEST_TUPLE:
                    break
                end = head.start() if head else len(text)
                if text[at:end].strip():
                    self._line += text.count("\n", counted, at)
                    counted = at
                    yield from passages_of(text[at:end], self._source, self._line)
                at = end
                if head is None:
                    break
                yield from self._begin(head)
                at = head.end()
            row, after = self._next_row(text, at)
            if row is None and after == at:
                if not ended and len(text) - at < LONGEST_TUPLE:
                    break
                self._failed += 1
                self._is_inside = False  # what follows is no row, or too long for one
            at = after
            if len(self._batch) >= BATCH_ROWS:
                yield from self.flush()
        self._line += text.count("\n", counted, at)
        return at

    def _begin(self, head: re.Match[str]) -> Iterator[Rows]:
        self._is_inside = True
        self._is_copy = head[3] is not None
        columns = head[2] or head[4] or ""
        table = (head[1] or head[3], tuple(name.strip(' `"[]\n\t') for name in columns[1:-1].split(",") if columns))
        if table != self._table:
            yield from self.flush()
            self._table, self._rows_before = table, 0

    def _next_row(self, text: str, at: int) -> tuple[list[str] | None, int]:
        """The next row, and where it ends; none, at the same place, where there is none (yet)."""
        if self._is_copy:
            row, after, over = copy_values(text, at)
        else:
            body, after, over = find_row(text, at, LONGEST_TUPLE if self._failed < MOST_FAILED else LONGEST_AFTER)
            row = None if body is None else values_of(body)
        self._is_inside = not over and (row is not None or self._is_copy)
        if row is not None:
            self._batch.append(row[: self._source.limits.columns])
        elif after == at:
            self._is_inside = True  # the row may be cut off where the text is
        return row, after

    def flush(self) -> Iterator[Rows]:
        """The rows that were not given out yet."""
        if self._batch:
            first = self._rows_before + 1
            self._rows_before += len(self._batch)
            number = self._numbers.setdefault(self._table[0], len(self._numbers))
            yield as_rows(self._table[1], self._batch, range(first, self._rows_before + 1), "row", number)
            self._batch = []
