r"""Whether a line holds something that the readers would decode: base64, hex, quoted-printable, escapes of any sort.

A leak that is posted as base64 shows no value, and decodes to all of them. So what looks like an encoding is hidden
like the values themselves; rather too much than too little. Long runs are hidden whatever they hold (checksums too),
short ones when they decode to words.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LONG_BASE64: Final = 16
LONG_HEX: Final = 16
_ALWAYS: Final = re.compile(
    r"%[0-9A-Fa-f]{2}|%u[0-9A-Fa-f]{4}"  # addresses and scripts
    r"|(?:=[0-9A-Fa-f]{2}){2}|\w=[0-9A-Fa-f]{2}(?=\w)|=[0-9A-Fa-f]{2}=?$"  # quoted-printable
    r"|&#[0-9]{1,7};?|&#[xX][0-9A-Fa-f]{1,6};?|\w&[A-Za-z]{2,8};\w"  # HTML and XML
    r"|\\u\{?[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|\\[0-7]{3}|[Uu]\+[0-9A-Fa-f]{4}"  # strings of programs
    r"|=\?[\w-]+\?[bBqQ]\?"  # headers of mails (RFC 2047)
    r"|\+[A-Za-z0-9/]{4,}-"  # UTF-7
    r"|[A-Za-z0-9+/_-]{6,}={1,2}(?![\w=])"  # base64 that says so
    r"|\x1b|\ufffd"  # escape sequences of ISO-2022-JP; bytes of another encoding than the text's
)
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{6,}")
_HEX: Final = re.compile(r"(?<![0-9A-Za-z])(?:(?:0[xX])?[0-9A-Fa-f]{2}[\s:,;-]{0,2}){4,}")
_HEX_SIGNS: Final = re.compile(r"0[xX](?=[0-9A-Fa-f]{2})|[\s:,;-]")
_PLAIN: Final = ("utf-8",)
_BYTEWISE: Final = ("utf-8", "cp932", "euc_jp")
_ENCODINGS: Final = (*_BYTEWISE, "utf-16-le", "utf-16-be")
_WORD: Final = re.compile(r"[A-Za-z]?[a-z]+|[A-Z]+|[0-9]+")
_ASIAN: Final = re.compile(r"[぀-ヿ一-鿿々〆]+")
_CLASSES: Final = (re.compile(r"[a-z]"), re.compile(r"[A-Z]"), re.compile(r"[0-9]"))
_VALUE: Final = re.compile(rb"[0-9]{3}|@")
_CONTROLS: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def is_encoded(line: str) -> bool:
    """Whether a line holds anything that may decode to a value."""
    return bool(_ALWAYS.search(line)) or any(_base64_runs(line)) or any(_hex_runs(line))


def _base64_runs(line: str) -> Iterator[bool]:
    for found in _BASE64.finditer(line):
        run = found.group()
        classes = sum(bool(one.search(run)) for one in _CLASSES)
        yield len(run) >= LONG_BASE64 and classes > 1
        # Most words are base64 of something, and half of what two bytes can be is a character of UTF-16.
        encodings = _PLAIN if _WORD.fullmatch(run) else _ENCODINGS
        yield classes > 0 and _says_something(_from_base64(run), encodings)


def _hex_runs(line: str) -> Iterator[bool]:
    for found in _HEX.finditer(line):
        digits = _HEX_SIGNS.sub("", found.group())
        yield len(digits) >= LONG_HEX and not digits.isdigit()
        content = bytes.fromhex(digits[: len(digits) // 2 * 2])
        yield _is_plain(content) or _says_something(content, _BYTEWISE)


def _from_base64(run: str) -> bytes:
    try:
        return base64.b64decode(run + "=" * (-len(run) % 4), altchars=b"-_" if set(run) & set("-_") else None)
    except binascii.Error:
        return b""


def _is_plain(content: bytes) -> bool:
    """Whether bytes are a text in ASCII, such as a number written in hexadecimal."""
    return content.isascii() and not _CONTROLS.search(content)


def _says_something(content: bytes, encodings: Sequence[str]) -> bool:
    """Whether bytes are Japanese words in one of its encodings, or a plain text that holds digits or an address."""
    if _is_plain(content) and _VALUE.search(content):
        return True
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text and _ASIAN.fullmatch("".join(c for c in text if not c.isascii()) or "-"):
            return True
    return False
