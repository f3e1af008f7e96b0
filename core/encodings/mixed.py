"""Blocks in more than one encoding: files that were put together from others, dumps that quote pages, logs.

Each line that does not fit the encoding around it is read in the one it looks like, together with the misfits next to
it: a single short line tells little.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from core.encodings.plausibility import (
    MISFIT,
    SAMPLE_CHARS,
    SENSIBLE,
    likeliest,
    likeliest_of,
    likelihood,
    plausibility,
    strictly,
)  # fmt: skip
from core.encodings.vendors import EUC, JIS, lenient
from core.processes.patterns import later

if TYPE_CHECKING:
    from collections.abc import Iterator

CLEARLY = 12.0  # nats by which a line reads better elsewhere: three kanji that could be kana in half width
LONGEST_LINE = 1 << 14  # bytes; a longer one is judged in pieces
_OTHERS = ("utf-8", "cp932", EUC)
# Kana as they look when UTF-8 is read as CP932 (e3 81, e3 82, e3 83): kanji that nobody writes.
_UTF8_AS_CP932 = ("縺", "繧", "繝")
_EUC_ROWS = "､･"
_EUC_AS_CP932 = later(f"(?:[{_EUC_ROWS}][ｱ-ﾟｦ-ｯ]){{3}}")  # kana of EUC-JP likewise: rows a4 and a5
_ESCAPED = re.compile(rb"\x1b(?:\$[@B]|\([JI])")
_LEADS_THREE, _FOLLOWS = 0b1110, 0b10  # the upper bits of UTF-8's bytes (RFC 3629)
_MARK = b"\xef\xbb\xbf"


def is_mixed(block: bytes, text: str, encoding: str) -> bool:
    """Whether a block that could be decoded as a whole has stretches that belong to another encoding."""
    doubtful = encoding in {"cp932", EUC} and plausibility(text[:SAMPLE_CHARS]) < SENSIBLE
    if encoding in {"cp932", EUC} and (_has_utf8(block) or (doubtful and _has_foreign_line(block, encoding))):
        return True
    if encoding == "cp932":
        may_be_euc = any(sign in text for sign in _EUC_ROWS)  # told a hundred times as quickly as the pattern does
        return any(sign in text for sign in _UTF8_AS_CP932) or (may_be_euc and bool(_EUC_AS_CP932.search(text)))
    return "\x1b" in text and "\x1b$" in text and not encoding.startswith("iso2022")


def _has_foreign_line(block: bytes, encoding: str) -> bool:
    """Whether a line clearly reads better in another encoding: short ones in half-width kana may by chance."""
    other = EUC if encoding == "cp932" else "cp932"
    for line in _lines(block):
        if line.isascii():
            continue
        at_home, elsewhere = strictly(line, encoding), strictly(line, other)
        if at_home is None or (elsewhere is not None and likelihood(elsewhere) > likelihood(at_home) + CLEARLY):
            return True
    return False


def _has_utf8(block: bytes) -> bool:
    """Three characters of UTF-8 in a row, of three bytes each: no other encoding of ours has that by chance."""
    codes = np.frombuffer(block, np.uint8)
    if codes.size < 9:  # noqa: PLR2004  # shorter than what is looked for
        return False
    follows = codes >> 6 == _FOLLOWS
    char = (codes[:-2] >> 4 == _LEADS_THREE) & follows[1:-1] & follows[2:]
    return bool((char[:-6] & char[3:-3] & char[6:]).any())


def decode_by_line(block: bytes, encoding: str) -> str:
    """A block of lines, each run of lines in its own encoding."""
    first = block.startswith(_MARK)
    home = "utf-8" if encoding == "utf-8-sig" else encoding
    judged = ((line, _fit(line, home)) for line in _lines(block.removeprefix(_MARK) if first else block))
    parts: list[str] = []
    for (is_at_home, is_escaped), run in groupby(judged, key=lambda item: (item[1] is not None, _is_escaped(item[0]))):
        if is_at_home:
            parts += [text for _, text in run if text is not None]
        elif is_escaped:
            parts.append(b"".join(line for line, _ in run).decode(JIS, lenient(JIS)))
        else:
            parts.append(_foreign(b"".join(line for line, _ in run), home))
    return "".join(parts)


def _is_escaped(line: bytes) -> bool:
    """Whether it is in ISO-2022-JP, whose letters are all ASCII."""
    return b"\x1b" in line and line.isascii() and _ESCAPED.search(line) is not None


def _lines(block: bytes) -> Iterator[bytes]:
    for line in block.splitlines(keepends=True):
        if len(line) <= LONGEST_LINE:
            yield line
            continue
        for at in range(0, len(line), LONGEST_LINE):
            yield line[at : at + LONGEST_LINE]


def _fit(line: bytes, home: str) -> str | None:
    """The line in the encoding around it; None when it rather belongs to another."""
    if line.isascii():
        return None if _is_escaped(line) else line.decode("ascii")
    text = strictly(line, home)
    if text is None or is_mixed(line, text, home):
        return None
    if home in {"cp932", EUC} and strictly(line, "utf-8") is not None:
        return None  # bytes beyond ASCII that are valid UTF-8 are UTF-8
    return text


def _foreign(run: bytes, home: str) -> str:
    """Lines that do not fit where they stand."""
    readings = {name: text for name in _OTHERS if (text := strictly(run, name)) is not None}
    if readings:
        best = likeliest_of(readings, run)
        if plausibility(readings[best][:SAMPLE_CHARS]) >= SENSIBLE - (MISFIT if best == home else 0):
            return readings[best]
    lines = run.splitlines(keepends=True)
    if len(lines) > 1:
        return "".join(_foreign(line, home) for line in lines)
    nearest = home if home not in _OTHERS else likeliest(run)
    return run.decode(nearest, lenient(nearest))
