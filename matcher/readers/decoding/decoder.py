"""Bytes to text, Japanese first: which encoding, and how to go on when a stretch does not fit it.

Detection goes from certain to likely: byte-order marks, escape sequences, valid UTF-8, the zero bytes of UTF-16 and
UTF-32, and last the choice between CP932 and EUC-JP, which share most byte pairs. There the share of kana and of
everyday kanji decides (JIS level 1, JIS X 0208 rows 16-47); charset-normalizer, held to the Japanese encodings, is
asked when both read about equally well. A block that does not fit as a whole is read line by line
(`matcher.readers.decoding.mixed`).
"""

from __future__ import annotations

import codecs
import logging
import re
from collections import Counter
from typing import TYPE_CHECKING

import charset_normalizer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

SAMPLE_BYTES = 1 << 16
SAMPLE_CHARS = 1 << 11
BLOCK_BYTES = 1 << 20
JAPANESE = ("cp932", "euc_jp", "utf_8", "iso2022_jp", "utf_16")
SENSIBLE = 0.4  # plausibility below which a text is rather in another encoding
MISFIT = 0.3  # off the plausibility of an encoding that does not decode the sample
CLEAR_MARGIN = 0.15  # of the plausibility scale below; closer calls go to charset-normalizer
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
WIDE = {"utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"}
_ESCAPE = re.compile(rb"\x1b(?:\$[@B]|\([JI])")  # of ISO-2022-JP
_EVERYDAY = frozenset(
    bytes((row, cell)).decode("euc_jp", "replace") for row in range(0xB0, 0xD0) for cell in range(0xA1, 0xFF)
)

logging.getLogger("charset_normalizer").setLevel(logging.ERROR)


def detect(sample: bytes, declared: str | None = None) -> str:
    """The likely encoding of a text that begins with ``sample``; a Python codec name, never an error."""
    for mark, name in _BOMS:
        if sample.startswith(mark):
            return name
    if declared and _fits(sample, declared):
        return declared
    if sample.isascii() and _ESCAPE.search(sample):
        return "iso2022_jp_ext"
    if b"\0" in sample:
        wide = _detect_wide(sample)
        if wide:
            return wide
        sample = sample.replace(b"\0", b"")
    if _fits(sample, "utf-8"):
        return "utf-8"
    return likeliest(sample)


def _fits(sample: bytes, encoding: str) -> bool:
    """Whether the sample decodes; a character cut off at its end does not count against it."""
    try:
        text = codecs.getincrementaldecoder(encoding)("strict").decode(sample, final=False)
    except (
        UnicodeError,
        LookupError,
        TypeError,
        ValueError,
    ):  # names of codecs that are none for text raise what they like
        return False
    return isinstance(text, str)


def _detect_wide(sample: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark: there are zero bytes, one order makes sense, and more than none of it does."""
    whole = sample[: len(sample) // 4 * 4]
    for name in ("utf-32-le", "utf-32-be"):
        if whole and _fits(whole, name):  # three bytes in four of anything else are out of its range
            return name
    whole = sample[: len(sample) // 2 * 2]
    scores = {name: plausibility(whole.decode(name, "replace")) for name in ("utf-16-le", "utf-16-be")}
    best = max(scores, key=lambda name: scores[name])
    if scores[best] <= SENSIBLE:
        return None
    narrow = sample.replace(b"\0", b"")
    return best if scores[best] > _narrow_plausibility(narrow) or _in_every_second(sample) else None


def _narrow_plausibility(sample: bytes) -> float:
    """How well it reads as text of one to four bytes a character, -1 to 1; 1 for ASCII."""
    name = "utf-8" if _fits(sample, "utf-8") else likeliest(sample, ask=False)
    return plausibility(sample.decode(name, "replace"))


def _in_every_second(sample: bytes) -> bool:
    """Whether zero bytes are many, and on one side of the pairs, as in UTF-16 with Western letters."""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    return max(even, odd) > 10 * min(even, odd) and max(even, odd) > len(sample) // 20


def likeliest(sample: bytes, *, ask: bool = True) -> str:
    """What reads best of CP932, EUC-JP, Western and damaged UTF-8; ``ask`` charset-normalizer where that is close."""
    scores = {name: plausibility(sample.decode(name, "replace")) for name in ("cp932", "euc_jp", "cp1252", "utf-8")}
    scores["cp1252"] -= 0.3  # Western bytes read as letters whatever they are: only when nothing else fits
    for name in ("cp932", "euc_jp"):
        scores[name] -= 0 if _fits(sample, name) else MISFIT
    best, second = sorted(scores, key=lambda name: -scores[name])[:2]
    if ask and {best, second} == {"cp932", "euc_jp"} and scores[best] - scores[second] < CLEAR_MARGIN:
        asked = charset_normalizer.from_bytes(sample[:4096], cp_isolation=list(JAPANESE)).best()
        if asked is not None and asked.encoding in {"cp932", "euc_jp"}:
            return asked.encoding
    return best


def plausibility(text: str) -> float:
    """Mean over the characters beyond ASCII of how ordinary each is in Japanese text, -1 to 1; 1 for ASCII."""
    total = weight = 0.0
    for char, count in Counter(text[:SAMPLE_BYTES]).items():
        if char >= "\x80" or char < "\x09" or char == "\x7f":
            weight += count
            total += count * _ordinary(char)
    return total / weight if weight else 1.0


def _ordinary(char: str) -> float:
    if char == "�" or char < "\x20" or "\x7f" <= char <= "\x9f" or "\ue000" <= char <= "\uf8ff":
        return -1.0
    if "ぁ" <= char <= "ヾ" or char in _EVERYDAY or char in "　、。・ー「」（）〒！？：～－":
        return 1.0
    if "一" <= char <= "鿿":
        return 0.2
    if "！" <= char <= "～":
        return 0.5
    return 0.2 if "｡" <= char <= "ﾟ" else 0.0


def decode(block: bytes, encoding: str) -> str:
    """A block as text; stretches that do not fit, or make no sense, are read in the encoding they look like.

    At the worst with marks for what cannot be read: a document is never given up for a few bytes.
    """
    from matcher.readers.decoding.mixed import decode_by_line, is_mixed

    text = strictly(block, encoding)
    if text is not None and not is_mixed(block, text, encoding):
        return text
    if encoding in WIDE:
        return block.decode(encoding, "replace") if text is None else text
    return decode_by_line(block, encoding)


def strictly(block: bytes, encoding: str) -> str | None:
    """The block in that encoding; None when it is in another."""
    try:
        return block.decode(encoding)
    except (UnicodeError, LookupError):
        return None


def decode_stream(stream: BinaryIO, encoding: str) -> Iterator[str]:
    """The text of a stream, block by block, cut at line ends where there are any."""
    if encoding in WIDE:
        yield from _decode_wide(stream, encoding)
        return
    rest = b""
    while data := stream.read(BLOCK_BYTES):
        block = rest + data
        cut = block.rfind(b"\n") + 1 or _safe_cut(block)
        rest = block[cut:]
        if cut:
            yield decode(block[:cut], encoding)
            encoding = "utf-8" if encoding == "utf-8-sig" else encoding
    if rest:
        yield decode(rest, encoding)


def _safe_cut(block: bytes) -> int:
    """Where a block without a line end can be cut: after a byte that no encoding of ours uses as a second half."""
    if len(block) < BLOCK_BYTES:
        return 0
    return max(block.rfind(byte) for byte in (b"\r", b" ", b",", b'"', b"\t", b">", b";")) + 1 or len(block)


def _decode_wide(stream: BinaryIO, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    rest = ""
    while data := stream.read(BLOCK_BYTES):
        text = rest + decoder.decode(data)
        cut = text.rfind("\n") + 1 or (len(text) if len(text) >= BLOCK_BYTES else 0)
        rest = text[cut:]
        if cut:
            yield text[:cut]
    rest += decoder.decode(b"", final=True)
    if rest:
        yield rest
