r"""JSON (RFC 8259) and JSON lines: every object with plain values is a record, however deep it lies.

::

    {"氏名": "架空 一郎", "連絡先": {"携帯": "09000123400"}}
    {"氏名": "\u4eee\u540d \u4e8c\u8449", "連絡先": {"携帯": "09001123401"}}

Inner objects join their outer one with dotted names; lists of objects are records of their own.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from matcher.readers.interface import Example, NotThisFormatError, Passage, Reader, Rows, Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

BATCH_ROWS = 5_000
DEEPEST_FIELD = 16  # of objects inside one record; deeper ones are records of their own
_STARTS_LIKE_JSON = re.compile(r"\s*(?:\[\s*)?[{\[]\s*[\"\[{\]}0-9-]")


class JsonReader(Reader):
    """JSON documents and JSON lines."""

    name = "json"
    examples: ClassVar = (
        Example(rb'[{"name": "\u67b6\u7a7a", "tel": {"mobile": "090-0012-3400"}}]', ("架空", "090-0012-3400")),
        Example(b'{"tel": 9000123400}\n{"tel": "x", "more": [1, 2]}\n', ("9000123400", "1 2")),
        Example(b"[note] nothing to see {here}", ()),
    )

    def recognises(self, source: Source) -> float:
        """By the first characters."""
        return 0.9 if not source.is_binary and _STARTS_LIKE_JSON.match(source.head_text) else 0.0

    def read(self, source: Source) -> Iterator[Passage]:
        """Batches of records of like shape."""
        lines = _is_lines(source)
        records = _json_lines(source) if lines else _document(source)
        place: Literal["row", "line"] = "line" if lines else "row"
        batch: list[tuple[int, dict[str, str]]] = []
        for record in records:
            batch.append(record)
            if len(batch) >= BATCH_ROWS:
                yield records_as_rows(batch, source, place)
                batch = []
        if batch:
            yield records_as_rows(batch, source, place)


def _is_lines(source: Source) -> bool:
    first, _, rest = source.head_text.lstrip().partition("\n")
    if not first.lstrip().startswith("{") or not rest.strip():
        return False
    try:
        json.loads(first)
    except (ValueError, RecursionError):
        return False
    return True


def _json_lines(source: Source) -> Iterator[tuple[int, dict[str, str]]]:
    for number, line in enumerate(source.lines(), 1):
        text = line.strip().rstrip(",")
        if not text:
            continue
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            yield number, {"": unescape(text)}
            continue
        for _, record in flatten(value, source):
            yield number, record


def _document(source: Source) -> Iterator[tuple[int, dict[str, str]]]:
    text = source.whole()
    if text is None:
        raise NotThisFormatError
    number = 0
    for value in _values(text.lstrip("﻿"), source):
        for _, record in flatten(value, source):
            number += 1
            yield number, record


def _values(text: str, source: Source) -> Iterator[Any]:
    """The values one after the other; of a damaged or cut document, the objects that are whole."""
    try:
        yield json.loads(text)
    except RecursionError:
        source.note("nested too deeply: read as plain text")
        raise NotThisFormatError from None
    except ValueError:
        yield from _whole_objects(text, source)


def _whole_objects(text: str, source: Source) -> Iterator[Any]:
    decoder = json.JSONDecoder()
    at = found = failed = 0
    most_failures = 1000  # each failure may read far before it fails: bounded, so that hostile text stays linear
    while (at := text.find("{", at)) >= 0 and failed < most_failures:
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            at, failed = at + 1, failed + 1
            continue
        found += 1
        yield value
        at = end
    if not found:
        raise NotThisFormatError
    source.note("damaged JSON: the objects that are whole were read")


def flatten(value: Any, source: Source) -> Iterator[tuple[str, dict[str, str]]]:
    """Every record in a JSON value with the path that leads to it."""
    stack: list[tuple[str, Any]] = [("", value)]
    while stack:
        path, node = stack.pop()
        if isinstance(node, list):
            if node and not any(isinstance(item, (dict, list)) for item in node):
                yield path, {str(i): _text(item) for i, item in enumerate(node[: source.limits.columns])}
            else:
                stack.extend((path, item) for item in reversed(node))
        elif isinstance(node, dict):
            record: dict[str, str] = {}
            _take(node, "", record, stack, source)
            if record:
                yield path, record
        else:
            yield path, {"": _text(node)}


def _take(
    node: dict[str, Any], prefix: str, record: dict[str, str], later: list[tuple[str, Any]], source: Source
) -> None:
    """Plain values of an object into ``record``; what is a record of its own onto ``later``."""
    inner = [item for item in node.values() if isinstance(item, dict)]
    holds_records = len(inner) > 1 and len({frozenset(item) for item in inner}) == 1 and len(inner) == len(node)
    for key, item in node.items():
        if len(record) >= source.limits.columns:
            source.note(f"a record of more than {source.limits.columns} fields was cut")
            return
        if isinstance(item, dict) and not holds_records and prefix.count(".") < DEEPEST_FIELD:
            _take(item, f"{prefix}{key}.", record, later, source)
        elif isinstance(item, dict) or (isinstance(item, list) and any(isinstance(x, (dict, list)) for x in item)):
            later.append((key, item))
        elif isinstance(item, list):
            record[prefix + key] = " ".join(map(_text, item))
        else:
            record[prefix + key] = _text(item)


def _text(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return ""
    return value if isinstance(value, str) else repr(value)


def unescape(text: str) -> str:
    r"""``\uXXXX`` of a text that is not whole JSON."""
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), text)


def records_as_rows(
    batch: Sequence[tuple[int, Mapping[str, str]]], source: Source, place: Literal["row", "line"]
) -> Rows:
    """Records with named fields as rows; the names are the columns, in order of appearance."""
    names = list(dict.fromkeys(name for _, record in batch for name in record))
    if len(names) > source.limits.columns:
        source.note(f"records with more than {source.limits.columns} different fields were cut")
        names = names[: source.limits.columns]
    columns = tuple([record.get(name, "") for _, record in batch] for name in names)
    return Rows(tuple(names), columns, [number for number, _ in batch], place)
