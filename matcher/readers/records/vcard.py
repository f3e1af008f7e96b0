"""Address books: vCard 2.1, 3.0 and 4.0 (RFC 6350), with quoted-printable values and folded lines."""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from typing import TYPE_CHECKING, ClassVar

from core.encodings.decoder import decode, detect
from core.processes.patterns import later
from matcher.readers.interface import Passage, Readable, Reader, ReaderExample
from matcher.readers.records.json_records import BATCH_ROWS, records_as_rows
from matcher.readers.texts._stretches import passages_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_PROPERTY = later(r"(?:[\w-]{1,20}\.)?([A-Za-z-]{1,30})((?:;[^:]{0,200})?):(.*)", re.DOTALL)
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
_BEGIN = later(r"^BEGIN:VCARD\s", re.IGNORECASE | re.MULTILINE)
_LONGEST_VALUE = 4096  # longer ones are pictures and keys
_ADDRESS_PARTS = (4, 3, 2, 1)  # region, locality, street, extension: the order of a Japanese address
_POSTAL_CODE = 5
_PHONETIC = {"X-PHONETIC-LAST-NAME": 0, "X-PHONETIC-FIRST-NAME": 1}
_SEMICOLON = later(r"(?<!\\);")
_CHARSET = later(r"CHARSET=\"?([\w.-]{1,40})", re.IGNORECASE)
_BASE64 = later(r"ENCODING=(?:B|BASE64)\b|;BASE64\b")
_ESCAPED = later(r"\\(.)")


class VcardReader(Reader):
    """A record per card."""

    name = "vcard"
    encloses = True
    examples: ClassVar = (
        ReaderExample(
            "BEGIN:VCARD\nVERSION:3.0\nN:架空;一郎;;;\nTEL;TYPE=CELL:090-0012\n -3400\nEND:VCARD\n".encode(),
            ("架空 一郎", "090-0012-3400"),
        ),
        ReaderExample(b"BEGIN:VCARD\nN;ENCODING=QUOTED-PRINTABLE:=E6=9E=B6=\n=E7=A9=BA;\nEND:VCARD\n", ("架空",)),
        ReaderExample(b"BEGIN:VEVENT\nEND:VEVENT\n", ()),
    )

    def recognises(self, source: Readable) -> float:
        """By the line that begins a card."""
        if source.is_binary or "begin:vcard" not in source.head_small:
            return 0.0
        return 1.0 if _BEGIN.search(source.head_text) else 0.0

    def read(self, source: Readable) -> Iterator[Passage]:
        """Batches of cards."""
        batch: list[tuple[int, dict[str, str]]] = []
        record: dict[str, str] = {}
        loose: list[str] = []
        for number, line in _unfolded(source):
            found = _PROPERTY.fullmatch(line)
            if found is None:
                loose += [line] if line.strip() else []
                continue
            key = found[1].upper()
            if key == "END" and record:
                batch.append((number, record))
                record = {}
            elif len(record) < source.limits.columns:
                _take(record, key, _value(found[2], found[3][:_LONGEST_VALUE]))
            if len(batch) >= BATCH_ROWS:
                yield records_as_rows(batch, source, "line")
                batch = []
        if record:
            batch.append((0, record))
        if batch:
            yield records_as_rows(batch, source, "line")
        if loose:
            yield from passages_of("\n".join(loose), source)


def _unfolded(source: Readable) -> Iterator[tuple[int, str]]:
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
    parts = [part.strip() for part in _SEMICOLON.split(value)]
    plain = _plain(" ".join(filter(None, parts)))
    if key in _PHONETIC:
        kana = record.get("カナ", " ").split(" ", 1)
        kana[_PHONETIC[key]] = plain
        record["カナ"] = " ".join(kana)
    elif key == "SOUND":  # Japanese mobile phones keep the reading there
        record["カナ"] = plain
    elif key == "ADR" and len(parts) > _POSTAL_CODE:
        _add(record, "郵便番号", _plain(parts[_POSTAL_CODE]))
        _add(record, _NAMES[key], _plain("".join(parts[n] for n in _ADDRESS_PARTS)))
    elif key in _NAMES:
        _add(record, _NAMES[key], plain)


def _add(record: dict[str, str], name: str, value: str) -> None:
    if value.strip():
        again = sum(field.startswith(name) for field in record)
        record[f"{name}{again + 1}" if again else name] = value


def _value(parameters: str, text: str) -> str:
    upper = parameters.upper()
    if "QUOTED-PRINTABLE" in upper:
        raw = quopri.decodestring(text.encode("utf-8", "replace"))
    elif _BASE64.search(upper):
        try:
            raw = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            return text
    else:
        return text
    said = _CHARSET.search(parameters)
    return decode(raw, detect(raw, said[1] if said else None))


def _plain(text: str) -> str:
    text = _ESCAPED.sub(lambda m: "\n" if m[1] in "nN" else m[1], text)
    return text.removeprefix("tel:").removeprefix("mailto:")
