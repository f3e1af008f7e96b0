"""Text to the bytes that browsers send: the codecs' own, and the letters of vendors that Python refuses to write."""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from core.encodings.decoder import WIDE
from core.encodings.vendors import EUC, JIS, strict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_NEC_ROWS: Final = (0x2D, 0x79, 0x7A, 0x7B, 0x7C)
"""Row 13, and 89 to 92, of the table of 94 by 94: NEC's own letters, and its copies of IBM's."""
_CELLS: Final = range(0x21, 0x7F)
_IBM_LEADS: Final = (0xFA, 0xFB, 0xFC)
_AS_MICROSOFT: Final = MappingProxyType({
    (0x21, 0x41): "～", (0x21, 0x42): "∥", (0x21, 0x5D): "－", (0x21, 0x71): "￠", (0x21, 0x72): "￡",
    (0x22, 0x4C): "￢",
})  # fmt: skip
"""Signs that JIS X 0208 has, under the names that Microsoft, and browsers after it, gave them."""


def encode_query(text: str, codec: str) -> bytes:
    """The text as a browser sends it from a page in that encoding; what it has no letter for is ``%26%23NUMBER%3B``.

    From the WHATWG's URL standard, "percent-encode after encoding". Pages in UTF-16 send UTF-8. Never an error.
    """
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    codec = "utf-8" if codec in WIDE else codec
    letters = _vendors_letters(codec)
    if letters.keys().isdisjoint(text):
        try:
            return text.encode(codec)
        except UnicodeEncodeError:
            pass
    return b"".join(_letter(char, codec, letters) for char in text)


def _letter(char: str, codec: str, letters: Mapping[str, bytes]) -> bytes:
    try:
        return letters.get(char) or char.encode(codec)
    except UnicodeEncodeError:
        return b"%%26%%23%d%%3B" % ord(char)


@cache
def _vendors_letters(codec: str) -> Mapping[str, bytes]:
    """The bytes of the letters that a codec does not write, or writes in another place than browsers do."""
    if codec not in {EUC, JIS, "cp932"}:
        return {}
    found: dict[str, bytes] = {}
    for written in _ibm_letters() if codec == "cp932" else _nec_letters(codec):
        try:
            found.setdefault(written.decode(codec, strict(codec)), written)
        except UnicodeDecodeError:
            continue
    if codec != "cp932":
        found |= {char: _at(row, cell, codec) for (row, cell), char in _AS_MICROSOFT.items()}
    return found


def _ibm_letters() -> Iterator[bytes]:
    """IBM's own letters, which browsers write and of which Python writes NEC's copies."""
    return (bytes((lead, trail)) for lead in _IBM_LEADS for trail in range(0x40, 0xFD))


def _nec_letters(codec: str) -> Iterator[bytes]:
    return (_at(row, cell, codec) for row in _NEC_ROWS for cell in _CELLS)


def _at(row: int, cell: int, codec: str) -> bytes:
    """What stands at a place of the table of 94 by 94."""
    return b"\x1b$B%c%c\x1b(B" % (row, cell) if codec == JIS else bytes((row | 0x80, cell | 0x80))
