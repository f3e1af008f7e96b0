"""Address books: vCard 2.1, 3.0 and 4.0 (RFC 6350), with quoted-printable values and folded lines."""

from __future__ import annotations

import quopri
import re
from typing import TYPE_CHECKING, ClassVar

from matcher.decoding import decode, detect
from matcher.readers.interface import Example, Passage, Reader, Source
from matcher.readers.json_records import BATCH_ROWS, records_as_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

_PROPERTY = re.compile(r"(?:[\w-]{1,20}\.)?([A-Za-z-]{1,30})((?:;[^:]{0,200})?):(.*)", re.DOTALL)
_NAMES = {
    "FN": "name",
    "N": "氏名",
    "TEL": "tel",
    "EMAIL": "email",
    "ADR": "address",
    "BDAY": "birthday",
    "SORT-STRING": "フリガナ",
    "UID": "uid",
    "NOTE": "note",
}
_PHONETIC = {"X-PHONETIC-LAST-NAME": 0, "X-PHONETIC-FIRST-NAME": 1}
_ESCAPED = re.compile(r"\\(.)")


class VcardReader(Reader):
    """A record per card."""

    name = "vcard"
    examples: ClassVar = (
        Example(
            "BEGIN:VCARD\nVERSION:3.0\nN:架空;一郎;;;\nTEL;TYPE=CELL:090-0012\n -3400\nEND:VCARD\n".encode(),
            ("架空 一郎", "090-0012-3400"),
        ),
        Example(b"BEGIN:VCARD\nN;ENCODING=QUOTED-PRINTABLE:=E6=9E=B6=\n=E7=A9=BA;\nEND:VCARD\n", ("架空",)),
        Example(b"BEGIN:VEVENT\nEND:VEVENT\n", ()),
    )

    def recognises(self, source: Source) -> float:
        """By its first line."""
        return 1.0 if source.head_text.lstrip("\ufeff \r\n")[:11].upper() == "BEGIN:VCARD" else 0.0

    def read(self, source: Source) -> Iterator[Passage]:
        """Batches of cards."""
        batch: list[tuple[int, dict[str, str]]] = []
        record: dict[str, str] = {}
        for number, line in _unfolded(source):
            found = _PROPERTY.fullmatch(line)
            if found is None:
                continue
            key = found[1].upper()
            if key == "END" and record:
                batch.append((number, record))
                record = {}
            elif len(record) < source.limits.columns:
                _take(record, key, _value(found[2], found[3]))
            if len(batch) >= BATCH_ROWS:
                yield records_as_rows(batch, source, "line")
                batch = []
        if record:
            batch.append((0, record))
        if batch:
            yield records_as_rows(batch, source, "line")


def _unfolded(source: Source) -> Iterator[tuple[int, str]]:
    """Logical lines with the number of their last physical one."""
    whole = ""
    number = 0
    for number, line in enumerate(source.lines(), 1):  # its last value is used
        if line[:1] in {" ", "\t"}:
            whole += line[1:]
        elif whole.endswith("=") and "QUOTED-PRINTABLE" in whole.upper() and len(whole) < source.limits.line_chars:
            whole += "\n" + line
        else:
            if whole:
                yield number - 1, whole
            whole = line
    if whole:
        yield number, whole


def _take(record: dict[str, str], key: str, value: str) -> None:
    if key in _PHONETIC:
        parts = record.get("カナ", " ").split(" ", 1)
        parts[_PHONETIC[key]] = value
        record["カナ"] = " ".join(parts)
    elif key in _NAMES and value.strip():
        name = _NAMES[key]
        again = sum(field.startswith(name) for field in record)
        record[f"{name}{again + 1}" if again else name] = value


def _value(parameters: str, text: str) -> str:
    if "QUOTED-PRINTABLE" in parameters.upper():
        raw = quopri.decodestring(text.encode("utf-8", "replace"))
        text = decode(raw, detect(raw))
    text = _ESCAPED.sub(lambda m: "\n" if m[1] in "nN" else m[1], text)
    return " ".join(part for part in text.split(";") if part).removeprefix("tel:").removeprefix("mailto:")
