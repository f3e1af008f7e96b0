"""Values in SQL statements, as the databases' own tools write them."""

from __future__ import annotations

import re
from typing import Final

from core.encodings.decoder import decode, detect
from core.processes.patterns import later

_PART: Final = r"(?:`[^`\n]{1,200}+`|\[[^\]\n]{1,200}+\]|\"[^\"\n]{1,200}+\"|[\w$]++)"
NAME: Final = rf"{_PART}(?:\.{_PART}){{0,3}}+"
# Backslashes escape in MySQL and in PostgreSQL's E'' strings, and are themselves everywhere else.
_WITH_BACKSLASH: Final = r"'(?:[^'\\]++|\\.|'')*+'|\"(?:[^\"\\]++|\\.|\"\")*+\""
_WITHOUT: Final = r"'(?:[^']++|'')*+'|\"(?:[^\"]++|\"\")*+\""
_HEX = later(r"(?:0x|[xX]')([0-9A-Fa-f]{2,}+)'?")
_BITS = later(r"[bB]'([01]{0,64})'")
_STRING = later(rf"{_WITH_BACKSLASH}", re.DOTALL)
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "0": "", "b": "", "Z": ""}
_ESCAPED: Final = {
    "'": re.compile(r"\\(.)|''", re.DOTALL),
    '"': re.compile(r"\\(.)|\"\"", re.DOTALL),
    "": re.compile(r"\\(.)", re.DOTALL),  # COPY's text format
}


def _row(strings: str) -> re.Pattern[str]:
    """A row in brackets, with function calls (two deep) and strings in it."""
    plain = r"[^'\"()]++"
    call = rf"\((?:{strings}|{plain})*+\)"
    outer = rf"\((?:{strings}|{plain}|{call})*+\)"
    return re.compile(rf"\s{{0,100}}+\(((?:{strings}|{plain}|{outer})*+)\)\s*+([,;]?)", re.DOTALL)


def _value(strings: str) -> re.Pattern[str]:
    plain = r"[^,'\"()]++"
    call = rf"\((?:{strings}|[^'\"()]++)*+\)"
    outer = rf"\((?:{strings}|[^'\"()]++|{call})*+\)"
    return re.compile(rf"((?:{strings}|{plain}|{outer})*+)(,|\Z)", re.DOTALL)


_ROWS = (_row(_WITH_BACKSLASH), _row(_WITHOUT))
_VALUES = (_value(_WITH_BACKSLASH), _value(_WITHOUT))


def find_row(text: str, at: int, longest: int) -> tuple[str | None, int, bool]:
    """What stands between the next brackets, where they end, and whether the statement ends with them."""
    for pattern in _ROWS:
        found = pattern.match(text, at, at + longest)
        if found is not None:
            return found[1], found.end(), found[2] != ","
    return None, at, False


def values_of(body: str) -> list[str]:
    """The values of a row."""
    for pattern in _VALUES:
        parts: list[str] = []
        at = 0
        while found := pattern.match(body, at):
            parts.append(found[1])
            at = found.end()
            if not found[2]:
                return [_plain_value(part.strip()) for part in parts]
    return [_plain_value(part.strip()) for part in body.split(",")]


def _plain_value(part: str) -> str:
    """A literal as the text it stands for; of a cast or another call, the first string in it."""
    if part[:1] in {"0", "x", "X"} and (found := _HEX.fullmatch(part)):
        return _from_hex(found[1])
    if part[:1] in {"b", "B"} and (bits := _BITS.fullmatch(part)):
        return bits[1]
    found = _STRING.search(part)
    if found is not None:
        return unescaped(found.group()[1:-1], found.group()[0])
    if "'" in part:  # a backslash that was none
        return part.strip("N'").replace("''", "'")
    return "" if part.upper() in {"NULL", "DEFAULT"} else part


def _from_hex(digits: str) -> str:
    """Text that was written as bytes (``mysqldump --hex-blob``); bytes that are no text stay as they are."""
    raw = bytes.fromhex(digits[: len(digits) // 2 * 2])
    text = decode(raw, detect(raw))
    return text if text.isprintable() else digits


def copy_values(text: str, at: int) -> tuple[list[str] | None, int, bool]:
    """A line of COPY's text format: its values, where it ends, and whether the data end with it."""
    end = text.find("\n", at)
    if end < 0:
        return None, at, False
    row = text[at:end]
    if row == "\\.":
        return None, end + 1, True
    return ["" if value == "\\N" else unescaped(value, "") for value in row.split("\t")], end + 1, False


def unescaped(text: str, quote: str) -> str:
    """Without the escapes of a string in such quotes."""
    if "\\" not in text and not (quote and quote in text):
        return text
    return _ESCAPED[quote].sub(lambda m: m.group()[0] if m[1] is None else _ESCAPES.get(m[1], m[1]), text)
