"""Text that was decoded in a wrong encoding and kept so: what its bytes were, and what they say in the right one.

Whoever opened a UTF-8 file as Western or as CP932 and saved it left letters that nobody wrote (æ±äº¬, 縺, ｰｦﾃﾎ). The
bytes are had back by encoding the text as it was read wrongly; what reads best then is what was meant. Bytes that had
no character in the wrong encoding are lost, so that a few characters may stay unreadable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.encodings.plausibility import likelihood, loosely
from core.encodings.vendors import EUC

if TYPE_CHECKING:
    from collections.abc import Iterator

SAMPLE_CHARS: Final = 400
"""Beyond ASCII: enough to tell by, and little to try on the texts that are as they were written, which most are."""
FEWEST: Final = 20
"""Characters beyond ASCII: of fewer nothing can be told."""
MOST_LOST: Final = 0.34
"""Share of characters that may be unreadable afterwards: a UTF-8 character loses all of it with one of its bytes."""
_READ_AS_MEANT: Final = (("cp1252", "utf-8"), ("cp932", "utf-8"), ("cp932", EUC), ("cp1252", "cp932"), ("cp1252", EUC))
_LOST: Final = "\ufffd"
_LOST_BYTES: Final = 3
_CONTROLS: Final = "".join(map(chr, range(0x80, 0xA0)))
"""What bytes without a character in a Western encoding are kept as."""
_ASCII: Final = bytes(range(0x80))
_NOT_IN_EUC: Final = bytes({*range(0x80, 0xA1)} - {0x8E, 0x8F})
_ONE_LOST: Final = -10.0
"""A lost character is taken for a rare one, in the nats of `likelihood`: the text is spoiled, and yet a text."""
CLEARLY: Final = 0.9
"""A text is left as it is unless it reads better than so much of its own likelihood (a negative number)."""


def unscrambled(text: str) -> str:
    """The text as it was meant, where it was read in a wrong encoding before; any other text as it is."""
    if text.isascii():
        return text
    told = _sample(text)
    if sum(not char.isascii() for char in told) < FEWEST:
        return text
    best, score = None, likelihood(told) * CLEARLY
    for wrong, right in _READ_AS_MEANT:
        meant = _again(told, wrong, right)
        if meant is not None and (better := _likelihood(meant)) > score:
            best, score = (wrong, right), better
    if best is None:
        return text
    return "\n".join(_line(line, *best) for line in text.split("\n"))


def _likelihood(meant: str) -> float:
    """How often one reads such a text, some of whose characters were lost on the way."""
    return likelihood(meant.replace(_LOST, "")) + _ONE_LOST * meant.count(_LOST)


def _line(line: str, wrong: str, right: str) -> str:
    """A line, each by itself: some may be as they were written, and a lost byte spoils no more than its own."""
    if line.isascii():
        return line
    meant = _again(line, wrong, right)
    return line if meant is None else meant


def _sample(text: str) -> str:
    """The first lines that hold something beyond ASCII."""
    held, chars = [], 0
    for line in _lines(text):
        if not line.isascii():
            held.append(line)
            chars += sum(not char.isascii() for char in line)
            if chars >= SAMPLE_CHARS:
                break
    return "\n".join(held)


def _lines(text: str) -> Iterator[str]:
    """The lines of a beginning that is long enough, without cutting a whole block into lines."""
    yield from text[: 1 << 14].split("\n")


def _again(text: str, wrong: str, right: str) -> str | None:
    """The text's bytes in the encoding it was read in, read in another; None where too much of it makes no sense."""
    if wrong == "cp1252" and is_beyond_western(text):
        return None
    data = b"".join(_bytes_of(char, wrong) for char in text) if wrong == "cp1252" else _encoded(text, wrong)
    if data is None or (right == EUC and is_beyond_euc(data)):
        return None
    meant = loosely(data, right)
    beyond = sum(not char.isascii() for char in meant)
    return meant if beyond and meant.count(_LOST) <= MOST_LOST * beyond else None


def is_beyond_western(text: str) -> bool:
    """Whether too much of a text would be lost by taking it for one that was read as Western.

    Each of its characters that no Western encoding has stands for three lost bytes, and of each other one beyond ASCII
    one byte is left, which makes a character at the most, and may swallow one of the lost. (CP932 reads a lost byte as
    a character of nobody's, which is as unlikely as three lost ones are: there the same share keeps it from being
    taken for what was meant.)
    """
    beyond = len(text) - len(text.encode("ascii", "ignore"))
    foreign = len(text) - len(text.encode("cp1252", "ignore")) - sum(map(text.count, _CONTROLS))
    lost = _LOST_BYTES * foreign
    return lost - (beyond - foreign) > MOST_LOST * lost


def is_beyond_euc(data: bytes) -> bool:
    """Whether too much of a text would be lost by reading its bytes as EUC-JP, told a hundred times as quickly.

    Bytes from 80 to A0 begin no character there but for two of them, and stand in none: each is lost (but for one that
    is cut off at the end). Two of the others make a character at the best.
    """
    beyond = data.translate(None, _ASCII)
    others = len(beyond.translate(None, _NOT_IN_EUC))
    lost = len(beyond) - others - 1
    return lost > MOST_LOST * (lost + others / 2)


def _encoded(text: str, encoding: str) -> bytes | None:
    """The bytes of a text; what could not be read then is one byte that cannot be read now."""
    parts = text.split(_LOST)
    try:
        return b"\xff".join(part.encode(encoding) for part in parts)
    except UnicodeEncodeError:
        return None


def _bytes_of(char: str, encoding: str) -> bytes:
    """A character's byte in a Western encoding; bytes that have no character there were kept as controls, or lost."""
    try:
        return char.encode(encoding)
    except UnicodeEncodeError:
        return bytes((ord(char),)) if ord(char) <= 0xFF else b"\xff" * _LOST_BYTES  # noqa: PLR2004  # a byte; else no such text
