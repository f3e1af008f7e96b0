"""EUC-JP and ISO-2022-JP as they are written: with the letters of vendors (髙, 﨑, ①, ㈱) that Python's codecs refuse.

Three habits are read, as error handlers of those codecs: two bytes that are the letter's place in CP932 (CP51932, and
CP50220 with seven bits), and three bytes that begin with 8F (eucJP-ms). Last comes JIS X 0213 (EUC-JIS-2004), where
the others have nothing.
"""

from __future__ import annotations

import codecs
from typing import Final

EUC: Final = "euc_jp"
JIS: Final = "iso2022_jp_ext"
_STRICT: Final = "hinomi-vendors"
_REPLACING: Final = "hinomi-vendors-replace"
_KANJI: Final = 0xA1
_LAST: Final = 0xFE
_CELLS: Final = 94
_IBM_THREE: Final = (
    "ⅰⅱⅲⅳⅴⅵⅶⅷⅸⅹⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ＇＂㈱№℡炻仼僴凬匇匤﨎咊坙﨏塚增寬峵嵓﨑德悅愠敎昻晥晴朗栁﨓﨔橫"
    "櫢淸淲瀨凞猪甁皂皞益礰礼神祥福竧靖精綠緖羽荢﨟薰蘒﨡蠇諸譿賴赶﨣﨤逸郞都鄕﨧﨨閒隆﨩霻靍靑飯飼館馞髙魲鶴黑"
)
"""What eucJP-ms has at 8F F3F3 to 8F F4FE, as glibc writes it."""
_IBM_FIRST: Final = 0xF3F3 - 0xF3A1
_TO_EIGHT_BITS: Final = bytes(code | 0x80 if 0x21 <= code <= 0x7E else code for code in range(256))  # noqa: PLR2004  # as ISO 2022 has it


def strict(encoding: str) -> str:
    """The error handler that refuses what is not in an encoding, vendors' letters aside."""
    return _STRICT if encoding in {EUC, JIS} else "strict"


def lenient(encoding: str) -> str:
    """The error handler that reads on, with a mark, where bytes are not in their encoding."""
    return _REPLACING if encoding in {EUC, JIS} else "replace"


def _letter(data: bytes) -> tuple[str, int] | None:
    """The vendors' letter that the bytes begin with, and how many bytes it has."""
    if data[:1] == b"\x8f" and len(data) > 2 and data[1] in {0xF3, 0xF4}:  # noqa: PLR2004  # two bytes follow
        place = (data[1] - 0xF3) * _CELLS + data[2] - _KANJI - _IBM_FIRST
        return (_IBM_THREE[place], 3) if 0 <= place < len(_IBM_THREE) else None
    if len(data) < 2 or not all(_KANJI <= byte <= _LAST for byte in data[:2]):  # noqa: PLR2004  # a pair
        return None
    for pair, encoding in ((_shifted(data[0], data[1]), "cp932"), (data[:2], "euc_jis_2004")):
        try:
            return pair.decode(encoding), 2
        except UnicodeDecodeError:
            continue
    return None


def _shifted(high: int, low: int) -> bytes:
    """The same place of the table of 94 rows and cells in Shift_JIS."""
    row, cell = high - _KANJI, low - _KANJI
    lead = row // 2 + (0x81 if row < 62 else 0xC1)  # noqa: PLR2004  # rows from 63 on stand behind the half-width letters
    trail = cell + 0x9F if row % 2 else cell + 0x40 + (cell >= 63)  # noqa: PLR2004  # 7F is left out
    return bytes((lead, trail))


def _found(error: UnicodeDecodeError) -> tuple[str, int] | None:
    data = error.object[error.start : error.start + 3]
    return _letter(data[:2].translate(_TO_EIGHT_BITS) if error.encoding == JIS else data)


def _read_or_refuse(error: UnicodeError) -> tuple[str, int]:
    found = _found(error) if isinstance(error, UnicodeDecodeError) else None
    if found is None or not isinstance(error, UnicodeDecodeError):
        raise error
    return found[0], error.start + found[1]


def _read_or_replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    found = _found(error)
    return (found[0], error.start + found[1]) if found else ("\ufffd", error.end)


codecs.register_error(_STRICT, _read_or_refuse)
codecs.register_error(_REPLACING, _read_or_replace)
