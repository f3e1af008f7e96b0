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
from matcher.readers.interface import Example, Passage, Prose, Reader, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

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
        text, line = "", 1
        statement: tuple[tuple[str, ...], bool] | None = None
        batch: list[list[str]] = []
        for block in [*source.blocks(), ""]:
            text += block
            at = 0
            while True:
                if statement is None:
                    head = _HEAD.search(text, at)
                    if head is None:
                        break
                    if text[at : head.start()].strip():
                        yield Prose(text[at : head.start()], line + text.count("\n", 0, at))
                    statement = _columns(head), head.group()[0] in "cC"
                    at = head.end()
                row, end, last = (_copy_row if statement[1] else _insert_row)(text, at)
                if row is None and not last and block and len(text) - at < LONGEST_TUPLE:
                    break
                at = end
                if row is not None:
                    batch.append(row[: source.limits.columns])
                if batch and (last or len(batch) >= BATCH_ROWS or row is None):
                    yield as_rows(statement[0], batch, range(1, len(batch) + 1))
                    batch = []
                if last or row is None:
                    statement = None
            line += text.count("\n", 0, at)
            text = text[at:]
            if statement is None and len(text) > LONGEST_TUPLE:
                yield Prose(text, line)
                line += text.count("\n")
                text = ""
        if batch and statement:
            yield as_rows(statement[0], batch, range(1, len(batch) + 1))
        if text.strip():
            yield Prose(text, line)


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
