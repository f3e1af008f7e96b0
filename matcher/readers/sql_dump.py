r"""SQL dumps: INSERT as mysqldump, pg_dump and hands write it, and PostgreSQL's COPY … FROM stdin.

::

    INSERT INTO `customers` (`name`, `tel`) VALUES ('架空 一郎','090-0012-3400'),('仮名''s',NULL);
    COPY public.customers (name, tel) FROM stdin;
    架空 一郎	090-0012-3400
    \.

What stands between the statements is read as free text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from matcher.readers.delimited import as_rows
from matcher.readers.interface import Example, Passage, Prose, Reader, Rows, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

BATCH_ROWS = 10_000
LONGEST_TUPLE = 1 << 20
_NAME = r"[`\"\[\]\w.$]++"
_HEAD = re.compile(
    rf"INSERT\s++(?:IGNORE\s++)?INTO\s++{_NAME}\s*+(\([^()']*+\))?\s*+VALUES\s*+|REPLACE\s++INTO\s++{_NAME}\s*+(\([^()']*+\))?\s*+VALUES\s*+"
    rf"|COPY\s++{_NAME}\s*+(\([^()']*+\))?\s*+FROM\s++stdin[^\n]*+\n",
    re.IGNORECASE,
)
_TUPLE = re.compile(r"\s*+\(((?:'(?:[^'\\]++|\\.|'')*+'|[^'()]++|\([^()']*+\))*+)\)\s*+([,;]?)", re.DOTALL)
_VALUE = re.compile(r"\s*+(?:[A-Za-z_]{0,8}+'((?:[^'\\]++|\\.|'')*+)'[^,]*+|([^,]*+))(?:,|$)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": ""}
_ESCAPED = re.compile(r"\\(.)|''", re.DOTALL)


class SqlReader(Reader):
    """Rows of INSERT and COPY statements."""

    name = "sql"
    examples: ClassVar = (
        Example(
            "INSERT INTO t (名,tel) VALUES ('架空''s','090-0012-3400'),(NULL,'x\\'y');".encode(),
            ("架空's", "090-0012-3400", "x'y"),
        ),
        Example(
            "COPY public.t (name, tel) FROM stdin;\n架空\t090-0012-3400\n\\.\n".encode(), ("架空", "090-0012-3400")
        ),
        Example(b"insert the key and copy it into the lock", ()),
    )

    def recognises(self, source: Source) -> float:
        """By a statement in the head."""
        return 0.95 if not source.is_binary and _HEAD.search(source.head_text) else 0.0

    def read(self, source: Source) -> Iterator[Passage]:
        """Batches of rows, statement by statement."""
        text, line, scanner = "", 1, _Scanner(source)
        for block in source.blocks():
            text += block
            at = yield from scanner.scan(text, line, ended=False)
            line += text.count("\n", 0, at)
            text = text[at:]
        yield from scanner.scan(text, line, ended=True)


class _Scanner:
    """Goes through a dump as it comes in; knows whether it is inside of a statement."""

    def __init__(self, source: Source) -> None:
        self._most = source.limits.columns
        self._next_row: Callable[[str, int], tuple[list[str] | None, int, bool]] | None = None
        self._header: tuple[str, ...] = ()
        self._batch: list[list[str]] = []

    def scan(self, text: str, line: int, *, ended: bool) -> Generator[Passage, None, int]:
        """Passages of a text; returns how much of it was used, since the rest may be cut off in the middle of a row."""
        at = 0
        while True:
            if self._next_row is None:
                head = _HEAD.search(text, at)
                if head is None and not ended and len(text) - at < LONGEST_TUPLE:
                    return at
                end = head.start() if head else len(text)
                if text[at:end].strip():
                    yield Prose(text[at:end], line + text.count("\n", 0, at))
                if head is None:
                    return end
                at = self._begin(head)
            row, at, last = self._row(text, at)
            if row is None and not last and not ended and len(text) - at < LONGEST_TUPLE:
                return at
            yield from self._flush(over=last or row is None)

    def _begin(self, head: re.Match[str]) -> int:
        self._header = _columns(head)
        self._next_row = _copy_row if head.group()[0] in "cC" else _insert_row
        return head.end()

    def _row(self, text: str, at: int) -> tuple[list[str] | None, int, bool]:
        row, at, last = self._next_row(text, at) if self._next_row else (None, at, True)
        if row is not None:
            self._batch.append(row[: self._most])
        return row, at, last

    def _flush(self, *, over: bool) -> Iterator[Rows]:
        if self._batch and (over or len(self._batch) >= BATCH_ROWS):
            yield as_rows(self._header, self._batch, range(1, len(self._batch) + 1))
            self._batch = []
        if over:
            self._next_row = None


def _columns(head: re.Match[str]) -> tuple[str, ...]:
    named = next((group for group in head.groups() if group), "")
    return tuple(name.strip(' `"[]\n\t') for name in named.strip("()").split(",")) if named else ()


def _insert_row(text: str, at: int) -> tuple[list[str] | None, int, bool]:
    """The next tuple, where it ends, and whether the statement ends with it; no tuple when there is none (yet)."""
    found = _TUPLE.match(text, at)
    if found is None:
        return None, at, False
    values = [
        _plain(v[1]) if v[1] is not None else _bare(v[2]) for v in _VALUE.finditer(found[1]) if v.end() > v.start()
    ]
    return values, found.end(), found[2] != ","


def _copy_row(text: str, at: int) -> tuple[list[str] | None, int, bool]:
    end = text.find("\n", at)
    if end < 0:
        return None, at, False
    row = text[at:end].rstrip("\r")
    if row == "\\.":
        return None, end + 1, True
    return ["" if value == "\\N" else _plain(value) for value in row.split("\t")], end + 1, False


def _plain(text: str) -> str:
    if "\\" not in text and "''" not in text:
        return text
    return _ESCAPED.sub(lambda m: "'" if m[1] is None else _ESCAPES.get(m[1], m[1]), text)


def _bare(text: str) -> str:
    text = text.strip()
    return "" if text.upper() == "NULL" else text
