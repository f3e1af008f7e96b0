"""Lines of key=value: logs (logfmt), form posts and query strings, parameters of calls.

::

    at=2026-04-01T10:00:00 action=update name="架空 一郎" tel=090-0012-3400
    name=%E6%9E%B6%E7%A9%BA&tel=09000123400&agree=1
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar
from urllib.parse import unquote_plus

from core.encodings.decoder import decode, detect
from core.processes.patterns import later
from matcher.readers.interface import Passage, Prose, Readable, Reader, ReaderExample
from matcher.readers.records.json_records import BATCH_ROWS, records_as_rows
from matcher.units.columns import kind_of_header

if TYPE_CHECKING:
    from collections.abc import Iterator

_KEY = later(r"(?<![^\s,;&|?\[({])([^\W\d][\w.-]{0,40})=(?!=)")
_PERCENT = later(r"%[0-9A-Fa-f]{2}")
REGULAR = 0.6  # share of the lines of the head that have two keys or more
KNOWN = 2  # different keys that we know, at least
HEAD_LINES = 200
FEWEST_KEYS = 2
MOST_KEYS = 200


class LogLineReader(Reader):
    """A record per line."""

    name = "key=value lines"
    examples: ClassVar = (
        ReaderExample(
            'at=1 name="架空 一郎" tel=090-0012-3400\nat=2 name="仮名" tel=x\n'.encode(), ("架空 一郎", "090-0012-3400")
        ),
        ReaderExample(b"name=%E6%9E%B6%E7%A9%BA+%E4%B8%80&mail=a%40b.example\n", ("架空 一", "a@b.example")),
        ReaderExample(b"x = 1\ny == 2\n", ()),
    )

    def recognises(self, source: Readable) -> float:
        """By keys that we know on most lines."""
        if source.is_binary or "=" not in source.head_text:
            return 0.0
        lines = [line[:4096] for line in source.head_text.split("\n")[:HEAD_LINES] if line.strip()]
        keys = [_KEY.findall(line) for line in lines]
        regular = sum(len(found) >= FEWEST_KEYS for found in keys)
        known = {kind for found in keys for key in found if (kind := kind_of_header(key))}
        return 0.75 if lines and regular >= REGULAR * len(lines) and len(known) >= KNOWN else 0.0

    def read(self, source: Readable) -> Iterator[Passage]:
        """Batches of records; lines without a key as free text."""
        batch: list[tuple[int, dict[str, str]]] = []
        loose: list[str] = []
        for number, line in enumerate(source.lines(), 1):
            record = _record(line)
            if record:
                batch.append((number, record))
            elif line.strip():
                loose.append(line)
            if len(batch) + len(loose) >= BATCH_ROWS:
                yield from _given(batch, loose, source)
                batch, loose = [], []
        yield from _given(batch, loose, source)


def _given(batch: list[tuple[int, dict[str, str]]], loose: list[str], source: Readable) -> Iterator[Passage]:
    if batch:
        yield records_as_rows(batch, source, "line")
    if loose:
        yield Prose("\n".join(loose))


def _record(line: str) -> dict[str, str]:
    """Keys with the text up to the next one; what stands in front of the first under the empty name."""
    found = list(_KEY.finditer(line))[:MOST_KEYS]
    if len(found) < FEWEST_KEYS:
        return {}
    record = {"": line[: found[0].start()].strip()} if found[0].start() else {}
    ends = [match.start() for match in found[1:]] + [len(line)]
    for match, end in zip(found, ends, strict=True):
        value = line[match.end() : end].strip().strip(",;&|?)]}").strip()
        if value[:1] in {'"', "'"} and value.endswith(value[0]):
            value = value[1:-1]
        record.setdefault(match[1], _unquoted(value) if _PERCENT.search(value) else value)
    return record


def _unquoted(value: str) -> str:
    raw = unquote_plus(value, "latin-1").encode("latin-1", "replace")
    return decode(raw, detect(raw))
