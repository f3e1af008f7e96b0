r"""JSON (RFC 8259) and JSON lines: every object with plain values is a record, however deep it lies.

::

    {"氏名": "架空 一郎", "連絡先": {"携帯": "09000123400"}}
    {"氏名": "\u4eee\u540d \u4e8c\u8449", "連絡先": {"携帯": "09001123401"}}

Inner objects join their outer one with dotted names; lists of objects are records of their own, and so are the people
of lists and columns (`_lists`).
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from core.processes.patterns import later
from matcher.readers.interface import NotThisFormatError, Passage, Prose, Readable, Reader, ReaderExample, Rows
from matcher.readers.records._lists import are_of_many, is_plain, rows_of
from matcher.readers.tables._machine_text import as_text, holds_nobody

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

BATCH_ROWS = 5_000
HEAD_LINES = 200
_NESTED = frozenset({dict, list})
SAMPLE_CELLS = 40
LONGEST_CELL = 1 << 16
DEEPEST_FIELD = 16  # of objects inside one record; deeper ones are records of their own
MOST_WORK, SPARE_WORK = 8, 1 << 20  # characters read in vain: times the text, and beside it
LINES_COUNTED = 100
"""Characters from the beginning on in which the library counts lines, for its message, while it would read one."""
_LIST_OF_OBJECTS = later(r"\[\s*+\{")
_OBJECT = later(r"^[^\S\n]{0,40}(?:\[\s{0,40})?\{\s{0,40}\"[^\"\n]{1,80}\"\s{0,10}:", re.MULTILINE)
_STARTS_LIKE_JSON = later(r"\s*+(?:\[\s*+)?[{\[]\s*+[\"\[{\]}0-9-]")


class JsonReader(Reader):
    """JSON documents and JSON lines."""

    name = "json"
    examples: ClassVar = (
        ReaderExample(rb'[{"name": "\u67b6\u7a7a", "tel": {"mobile": "090-0012-3400"}}]', ("架空", "090-0012-3400")),
        ReaderExample(b'{"tel": 9000123400}\n{"tel": "x", "more": [1, 2]}\n', ("9000123400", "1 2")),
        ReaderExample(b"[note] nothing to see {here}", ()),
    )

    def recognises(self, source: Readable) -> float:
        """By the first characters, or by a line that begins like an object."""
        if source.is_binary:
            return 0.0
        if _STARTS_LIKE_JSON.match(source.head_text):
            return 0.9
        return 0.7 if "{" in source.head_text and _OBJECT.search(source.head_text) else 0.0

    def read(self, source: Readable) -> Iterator[Passage]:
        """Batches of records of like shape."""
        lines = _is_lines(source)
        if lines and _holds_nobody(source):
            yield from as_text(source.blocks(), unescape)
            return
        loose: list[str] = []
        records = _json_lines(source) if lines else _document(source, loose)
        place: Literal["row", "line"] = "line" if lines else "row"
        batch: list[tuple[int, dict[str, str]]] = []
        for record in records:
            batch.append(record)
            if len(batch) >= BATCH_ROWS:
                yield records_as_rows(batch, source, place)
                batch = []
        if batch:
            yield records_as_rows(batch, source, place)
        if loose:
            yield Prose("\n".join(loose))


def _is_lines(source: Readable) -> bool:
    first, _, rest = source.head_text.lstrip().partition("\n")
    if not first.lstrip().startswith("{") or not rest.strip():
        return False
    try:
        json.loads(first)
    except (ValueError, RecursionError):
        return False
    return True


def _holds_nobody(source: Readable) -> bool:
    """Whether the lines of the head are records of machines, with nothing spelled by its code."""
    lines = source.head_text.split("\n")[:HEAD_LINES]
    if len(lines) < HEAD_LINES or "\\" in source.head_text:
        return False
    try:
        records = [record for line in lines for _, record in flatten(json.loads(line), source)]
    except (ValueError, RecursionError):
        return False
    rows = records_as_rows(list(enumerate(records, 1)), source, "line")
    return holds_nobody(rows, rows.header)


def _json_lines(source: Readable) -> Iterator[tuple[int, dict[str, str]]]:
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


def _document(source: Readable, loose: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    text = source.whole()
    if text is None:
        raise NotThisFormatError
    number = 0
    for value in _values(text.strip(), source, loose):
        for _, record in flatten(value, source):
            number += 1
            yield number, record


def _values(text: str, source: Readable, loose: list[str]) -> Iterator[Any]:
    """The values one after the other; of a damaged or cut document, and of one inside a text, the whole objects."""
    if _LIST_OF_OBJECTS.match(text):  # one by one: all at once would take ten times the room
        yield from _whole_objects(text, source, loose)
        return
    try:
        yield json.loads(text)
    except RecursionError:
        source.note("nested too deeply for JSON; read as plain text", harmless=True)
        raise NotThisFormatError from None
    except ValueError:
        yield from _whole_objects(text, source, loose)


def _whole_objects(text: str, source: Readable, loose: list[str]) -> Iterator[Any]:
    """Objects, and what stands between them into ``loose``."""
    decoder = json.JSONDecoder()
    at = used = found = failed = 0
    left = MOST_WORK * len(text) + SPARE_WORK  # a failure may read far before it fails: hostile text stays linear
    while (at := text.find("{", at)) >= 0 and left > 0:
        try:
            value, end = decoder.raw_decode(text, at)
        except RecursionError:
            at, failed, left = at + 1, failed + 1, left - SPARE_WORK // 100
            continue
        except ValueError as error:
            read_to = getattr(error, "pos", at)
            left -= max(1, read_to - at) + read_to // LINES_COUNTED
            at, failed = at + 1, failed + 1
            continue
        found += 1
        _keep(text[used:at], loose)
        yield value
        at = used = end
    if not found:
        raise NotThisFormatError
    _keep(text[used:], loose)
    if failed:
        source.note("damaged JSON: the objects that are whole were read as such, the rest as text", harmless=True)


def _keep(between: str, loose: list[str]) -> None:
    if between.strip(" \t\r\n,[]"):
        loose.append(unescape(between))


def flatten(value: Any, source: Readable) -> Iterator[tuple[str, dict[str, str]]]:
    """Every record in a JSON value with the path that leads to it."""
    stack: list[tuple[str, Any]] = [("", value)]
    while stack:
        path, node = stack.pop()
        if isinstance(node, list):
            if not node or not is_plain(node):
                stack.extend((path, item) for item in reversed(node))
            elif are_of_many(node):
                yield from ((path, {path: _text(item)}) for item in node)
            else:
                yield path, {str(i): _text(item) for i, item in enumerate(node[: source.limits.columns])}
        elif isinstance(node, dict) and (rows := rows_of(node)) is not None:
            for row in rows:
                yield from flatten(row, source)
        elif isinstance(node, dict) and _is_mapping(node):
            yield from ((path, {"": key, path or "value": _text(item)}) for key, item in node.items())
        elif isinstance(node, dict):
            record: dict[str, str] = {}
            _take(node, "", record, stack, source)
            if record:
                yield path, record
        else:
            yield path, {"": _text(node)}


def _is_mapping(node: Mapping[str, Any]) -> bool:
    """Whether its names are no names of fields: people's values stand in them, or in what they lead to."""
    return is_plain(node.values()) and (are_of_many(node.values()) or are_of_many(node.keys()))


def _holds_many(item: Any) -> bool:
    """Whether a value inside of a record is of other people than the record."""
    if isinstance(item, list):
        return is_plain(item) and are_of_many(item)
    return isinstance(item, dict) and (_is_mapping(item) or rows_of(item) is not None)


def _take(
    node: dict[str, Any], prefix: str, record: dict[str, str], later: list[tuple[str, Any]], source: Readable
) -> None:
    """Plain values of an object into ``record``; what is a record of its own onto ``later``."""
    nested = _NESTED & set(map(type, node.values()))
    inner = [item for item in node.values() if isinstance(item, dict)] if nested else []
    holds_records = len(inner) > 1 and len({frozenset(item) for item in inner}) == 1 and len(inner) == len(node)
    for key, item in node.items():
        if len(record) >= source.limits.columns:
            source.note(f"a record of more than {source.limits.columns} fields was cut")
            return
        if not nested and not (isinstance(item, str) and item.startswith(("{", "[{"))):
            record[prefix + key] = _text(item)
        elif _holds_many(item):
            later.append((key, item))
        elif isinstance(item, dict) and not holds_records and prefix.count(".") < DEEPEST_FIELD:
            _take(item, f"{prefix}{key}.", record, later, source)
        elif isinstance(item, dict) or (isinstance(item, list) and _NESTED & set(map(type, item))):
            later.append((key, item))
        elif isinstance(item, list):
            record[prefix + key] = " ".join(map(_text, item))
        elif isinstance(item, str) and isinstance(inside := parsed(item), dict):  # JSON in a string of JSON
            _take(inside, f"{prefix}{key}.", record, later, source)
        else:
            record[prefix + key] = _text(item)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None or isinstance(value, bool) else repr(value)


def parsed(cell: str) -> Any:
    """The object or list of objects that a cell or a string holds as JSON; None for anything else."""
    if not cell.startswith(("{", "[{")) or not cell.endswith(("}", "]")) or len(cell) > LONGEST_CELL:
        return None
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        return None


def with_json_cells(rows: Rows, most_columns: int) -> Rows:
    """The rows with a column for each field of the JSON that stands in their cells."""
    for number, column in enumerate(rows.columns):
        sample = [cell for cell in column[:SAMPLE_CELLS] if cell][:5]
        if not sample or sum(parsed(cell.strip()) is not None for cell in sample) * 2 < len(sample):
            continue
        records = [_flat(parsed(cell.strip())) for cell in column]
        names = list(dict.fromkeys(name for record in records for name in record))[: most_columns - len(rows.columns)]
        added = tuple([record.get(name, "") for record in records] for name in names)
        kept = [cell if not record else "" for cell, record in zip(column, records, strict=True)]
        header = rows.header or ("",) * len(rows.columns)
        columns = (*rows.columns[:number], kept, *rows.columns[number + 1 :], *added)
        return replace(rows, header=(*header, *names), columns=columns)
    return rows


def _flat(value: Any) -> dict[str, str]:
    """The plain values of an object, with the names of inner ones in front; of a list, those of all its objects."""
    record: dict[str, str] = {}
    stack = [("", value, 0)]
    while stack:
        prefix, node, depth = stack.pop()
        items = node.items() if isinstance(node, dict) else ((str(n), item) for n, item in enumerate(node or ()))
        for key, item in items:
            if isinstance(item, (dict, list)) and depth < DEEPEST_FIELD:
                stack.append((f"{prefix}{key}.", item, depth + 1))
            else:
                record[prefix + key] = _text(item)
    return record


def unescape(text: str) -> str:
    r"""``\uXXXX`` of a text that is not whole JSON."""
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), text)


def records_as_rows(
    batch: Sequence[tuple[int, Mapping[str, str]]], source: Readable, place: Literal["row", "line"]
) -> Rows:
    """Records with named fields as rows; the names are the columns, in order of appearance."""
    names = list(dict.fromkeys(name for _, record in batch for name in record))
    if len(names) > source.limits.columns:
        source.note(f"records with more than {source.limits.columns} different fields were cut")
        names = names[: source.limits.columns]
    columns = tuple([record.get(name, "") for _, record in batch] for name in names)
    return Rows(tuple(names), columns, [number for number, _ in batch], place)
