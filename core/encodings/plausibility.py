"""How well bytes read in an encoding, and which of the Japanese ones fits them best."""

from __future__ import annotations

import codecs
import logging
import re
from collections import Counter

import charset_normalizer

SAMPLE_BYTES = 1 << 16
SAMPLE_CHARS = 1 << 11
JAPANESE = ("cp932", "euc_jp", "utf_8", "iso2022_jp", "utf_16")
SENSIBLE = 0.4  # plausibility below which a text is rather in another encoding
MISFIT = 0.3  # off the plausibility of an encoding that does not decode the sample
CLEAR_MARGIN = 0.15  # of the plausibility scale below; closer calls go to charset-normalizer
MOSTLY_KANA = 0.7  # of the bytes beyond ASCII
_HIGH = re.compile(rb"[\x80-\xff]+")
_HALF_KANA = re.compile(rb"(?:\x8e[\xa1-\xdf])+")
_EVERYDAY = frozenset(
    bytes((row, cell)).decode("euc_jp", "replace") for row in range(0xB0, 0xD0) for cell in range(0xA1, 0xFF)
)

logging.getLogger("charset_normalizer").setLevel(logging.ERROR)


def likeliest(sample: bytes, *, ask: bool = True) -> str:
    """What reads best of CP932, EUC-JP, Western and damaged UTF-8; ``ask`` charset-normalizer where that is close."""
    if _is_half_kana(sample) and fits(sample, "euc_jp"):
        return "euc_jp"
    scores = {name: plausibility(sample.decode(name, "replace")) for name in ("cp932", "euc_jp", "cp1252", "utf-8")}
    scores["cp1252"] -= 0.3  # Western bytes read as letters whatever they are: only when nothing else fits
    for name in ("cp932", "euc_jp"):
        scores[name] -= 0 if fits(sample, name) else MISFIT
    best, second = sorted(scores, key=lambda name: -scores[name])[:2]
    if ask and {best, second} == {"cp932", "euc_jp"} and scores[best] - scores[second] < CLEAR_MARGIN:
        asked = charset_normalizer.from_bytes(sample[:4096], cp_isolation=list(JAPANESE)).best()
        if asked is not None and asked.encoding in {"cp932", "euc_jp"}:
            return asked.encoding
    return best


def _is_half_kana(sample: bytes) -> bool:
    """Whether most of what is not ASCII are half-width kana of EUC-JP: in no other text one byte comes so often."""
    high = sum(map(len, _HIGH.findall(sample)))
    return high > 0 and sum(map(len, _HALF_KANA.findall(sample))) >= MOSTLY_KANA * high


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


def strictly(block: bytes, encoding: str) -> str | None:
    """The block in that encoding; None when it is in another."""
    try:
        return block.decode(encoding)
    except (UnicodeError, LookupError):
        return None


def fits(sample: bytes, encoding: str) -> bool:
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
