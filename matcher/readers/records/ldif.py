"""Directories: LDIF (RFC 2849), with values in base64 and folded lines.

::

    dn: uid=k001,ou=people,dc=example
    cn:: 5p6256m6IOS4gOmDjg==
    mobile: 090-0012-3400
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, ClassVar

from core.encodings.decoder import decode, detect
from core.processes.patterns import later
from matcher.readers.interface import Passage, Readable, Reader, ReaderExample
from matcher.readers.records.json_records import BATCH_ROWS, records_as_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

_DN = later(r"^dn::? ?\S", re.MULTILINE | re.IGNORECASE)
_PAIR = later(r"([A-Za-z][\w-]{0,60}+)(?:;[^:]{0,100}+)?:(:?) {0,4}(.*)", re.DOTALL)
_COLUMNS = {
    "cn": "氏名", "displayname": "name", "sn": "姓", "givenname": "名", "mail": "email", "telephonenumber": "tel",
    "mobile": "携帯電話", "homephone": "自宅電話", "postalcode": "郵便番号", "postaladdress": "住所",
    "homepostaladdress": "自宅住所", "street": "番地", "l": "市区町村", "st": "都道府県", "employeenumber": "番号",
}  # fmt: skip
"""RFC 4519 and RFC 2798: attribute to column."""


class LdifReader(Reader):
    """A record per entry."""

    name = "ldif"
    encloses = True
    examples: ClassVar = (
        ReaderExample(
            b"version: 1\ndn: uid=1,dc=example\ncn:: 5p6256m6IOS4gOmDjg==\nmobile: 090-0012\n -3400\n",
            ("架空 一郎", "090-0012-3400"),
        ),
        ReaderExample(b"dn is a name", ()),
    )

    def recognises(self, source: Readable) -> float:
        """By the name of an entry."""
        if source.is_binary or "dn:" not in source.head_small:
            return 0.0
        return 0.96 if _DN.search(source.head_text) else 0.0

    def read(self, source: Readable) -> Iterator[Passage]:
        """Batches of entries."""
        batch: list[tuple[int, dict[str, str]]] = []
        record: dict[str, str] = {}
        start = 1
        for number, line in _unfolded(source):
            found = _PAIR.fullmatch(line)
            if (not line.strip() or (found and found[1].lower() == "dn")) and record:
                batch.append((start, record))
                record = {}
            if found:
                start = start if record else number
                _take(record, found, source)
            if len(batch) >= BATCH_ROWS:
                yield records_as_rows(batch, source, "line")
                batch = []
        if record:
            batch.append((start, record))
        if batch:
            yield records_as_rows(batch, source, "line")


def _unfolded(source: Readable) -> Iterator[tuple[int, str]]:
    """Logical lines with the number of their first physical one; a blank line ends an entry."""
    parts: list[str] = []
    start, size = 1, 0
    for number, line in enumerate(source.lines(), 1):
        if line[:1] == " " and parts and size < source.limits.line_chars:
            parts.append(line[1:])
            size += len(line)
            continue
        if parts:
            yield start, "".join(parts)
        parts, start, size = [line], number, len(line)
    if parts:
        yield start, "".join(parts)


def _take(record: dict[str, str], found: re.Match[str], source: Readable) -> None:
    name = found[1].lower()
    value = found[3].strip()
    if found[2]:
        try:
            raw = base64.b64decode(value, validate=False)
        except (binascii.Error, ValueError):
            raw = value.encode("utf-8", "replace")
        value = decode(raw, detect(raw)) if len(raw) < source.limits.line_chars else ""
    key = _COLUMNS.get(name, name)
    again = sum(known == key or known.startswith(f"{key} ") for known in record)
    if len(record) < source.limits.columns:
        record[f"{key} {again + 1}" if again else key] = value.replace("$", " ")
