"""Records written as keys and values, a line each; and print_r, YAML-like notes and forms that were mailed.

::

    氏名：架空 一郎
    電話：090-0012-3400
    -----
    氏名：仮名 二葉

A record ends at a blank or ruled line, at a closing bracket, at the heading of a section, or where a key comes again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from core.processes.patterns import later
from matcher.readers.interface import Passage, Prose, Readable, Reader, ReaderExample
from matcher.readers.records.json_records import BATCH_ROWS, records_as_rows
from matcher.units.columns import kind_of_header

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LINE = later(
    r"\s{0,40}+[-*・■●◆▼○◎#>|]{0,3}\s{0,3}[【\[「\"':]?"  # bullets and brackets
    r"([^\s:：=＝【】\[\]「」\"'|,、。@]{1,24}(?: [^\s:：=\"'@]{1,16}){0,2})"  # the key, up to three words
    r"\s{0,8}[】\]」\"']?\s{0,20}(?:=>|[:：=＝])(?!//)\s{0,20}(.*)"
)
_RULE = later(r"[\s\-=_*~─━＝ー)}\]]{0,200}")
_SECTION = later(r"\s{0,8}\[{1,2}([^\[\]{}'\"=]{1,60})\]{1,2}\s{0,8}")
_OPENING = later(r"\s{0,40}+(?:\[?\w{0,20}+\]?\s{0,4}+(?:=>)?\s{0,4}+)?(?:Array|\(|\{|\[|stdClass Object)\s{0,8}")
REGULAR = 0.6  # share of the lines of the head that have a key
SECTION = "section"
KNOWN = 2  # different keys that we know, at least
HEAD_LINES = 300
GOING_ON = (None, "address")
"""What may go on on the next line; behind anything else stands a word of the one who posted it."""


class KeyValueReader(Reader):
    """Blocks of keys and values."""

    name = "key: value"
    examples: ClassVar = (
        ReaderExample(
            "氏名：架空 一郎\n電話：090-0012-3400\n\n氏名：仮名\n電話：x\n".encode(),
            ("架空 一郎", "090-0012-3400", "仮名"),
        ),
        ReaderExample(b"Array\n(\n [0] => Array\n (\n [name] => kakuu\n [tel] => 1\n )\n)\n", ("kakuu",)),
        ReaderExample(
            "[[c]]\nname = '架空'\ntel = '1'\n\n[[c]]\nname = '仮名'\ntel = '2'\n".encode(), ("架空", "2", "仮名")
        ),
        ReaderExample(b"12:00 rain\nnote: tomorrow: sun\nhttp://a.example/\n", ()),
    )

    def recognises(self, source: Readable) -> float:
        """By keys that we know on most lines."""
        if source.is_binary:
            return 0.0
        head = source.head_text.split("\n")[:HEAD_LINES]
        if not _holds_known(_keys_of(head)):  # nearly always, and told in half of the time
            return 0.0
        lines = [line for line in head if not (_is_frame(line) or _SECTION.fullmatch(line))]
        keys = _keys_of(lines)
        return 0.8 if len(keys) >= REGULAR * len(lines) and _holds_known(keys) else 0.0

    def read(self, source: Readable) -> Iterator[Passage]:
        """Batches of records; lines without a key that stand outside of records as free text."""
        batch: list[tuple[int, dict[str, str]]] = []
        loose: list[str] = []
        for number, record in _records(source, loose):
            batch.append((number, record))
            if len(batch) >= BATCH_ROWS:
                yield records_as_rows(batch, source, "line")
                batch = []
        if batch:
            yield records_as_rows(batch, source, "line")
        if loose:
            yield Prose("\n".join(loose))


def _keys_of(lines: Sequence[str]) -> list[str]:
    return [found[1].strip() for line in lines if (found := _LINE.fullmatch(line.rstrip("\r")))]


def _holds_known(keys: Sequence[str]) -> bool:
    return len({kind for key in set(keys) if (kind := kind_of_header(key))}) >= KNOWN


def _is_frame(line: str) -> bool:
    return bool(_RULE.fullmatch(line) or _OPENING.fullmatch(line))


def _records(source: Readable, loose: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    record: dict[str, str] = {}
    start = 1
    last = ""
    for number, line in enumerate(source.lines(), 1):
        section = _SECTION.fullmatch(line)
        found = None if section or _is_frame(line) else _LINE.fullmatch(line)
        key = found[1].strip() if found else ""
        if record and (section or _is_frame(line) or key in record or len(record) >= source.limits.columns):
            yield start, record
            record = {}
        if found:
            start = start if record else number
            record[key] = _value(found[2])
            last = key
        elif section:
            start, last, record = number, SECTION, {SECTION: section[1]}
        elif record and not _is_frame(line) and kind_of_header(last) in GOING_ON:
            record[last] += " " + line.strip()
        elif not _is_frame(line):
            loose.append(line)
    if record:
        yield start, record


def _value(text: str) -> str:
    return text.strip().strip(",;").strip("\"'")
