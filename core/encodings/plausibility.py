"""How well bytes read in an encoding, and which of the Japanese ones fits them best."""

from __future__ import annotations

import codecs
from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from core.encodings.common_kanji import COMMON
from core.encodings.vendors import EUC, lenient, strict
from core.processes.patterns import later

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

SAMPLE_BYTES = 1 << 16
SAMPLE_CHARS = 1 << 11
TELLING_BYTES = 1 << 12  # two thousand letters, of which twenty tell
SENSIBLE = 0.4  # plausibility below which a text is rather in another encoding
MISFIT = 0.3  # off the plausibility of an encoding that does not decode the sample
_EVERYDAY = frozenset(
    bytes((row, cell)).decode(EUC, "replace") for row in range(0xB0, 0xD0) for cell in range(0xA1, 0xFF)
)
_SIGNS: Final = frozenset(
    "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ㈱㈲㈹№℡㊤㊥㊦㍾㍽㍼㍻㎝㎏㎡㌔㌢㍍○●◎△▲□■◇◆☆★※→←↑↓…‥々〆〒£©«®°»µ×§"
)
_PUNCTUATION: Final = frozenset("　、。・ー「」（）〒！？：～－")

# How often a character stands in Japanese text, as a logarithm: round figures, of which the differences matter. A
# common kanji is one in a thousand, another of level 1 one in ten thousand, a half-width kana is rare, but not behind
# another one.
_KANA, _COMMON_KANJI, _KANJI, _RARE_KANJI, _WIDE_ASCII, _SIGN = -4.6, -7.0, -9.5, -11.5, -6.0, -7.5
_NARROW_FIRST, _NARROW_NEXT, _NARROW_ODD = -7.0, -3.7, -9.0
_WESTERN, _ANY_OTHER, _NO_CHARACTER = -5.0, -9.0, -20.0
_WESTERN_TEXT: Final = -12.0
"""That a text in a Japanese customer's name is Western at all: any two bytes read as Western letters."""
USUAL: Final = 1.3
"""That a Japanese text which says nothing of itself is in CP932: what Windows writes is most of them."""
_NARROW: Final = later("[｡-ﾟ]+")
_WORD: Final = later("[ｦｱ-ﾝ](?:[ｦ-ﾝ]|(?<=[ｳｶ-ﾄﾊ-ﾎ])ﾞ|(?<=[ﾊ-ﾎ])ﾟ)*")
"""Half-width kana in an order that Japanese has: a mark of voice behind what can be voiced, nothing small at first."""
_ACCENTED: Final = later("(?<=[A-Za-z])[À-ÖØ-öø-ÿŒœŠšŽžŸ’]|[À-ÖØ-öø-ÿŒœŠšŽžŸ](?=[A-Za-z])")


def _is_none(char: str) -> bool:
    """Whether no text has it: a control, a private place, the mark for what could not be read."""
    return char == "\ufffd" or char < "\x20" or "\x7f" <= char <= "\x9f" or "\ue000" <= char <= "\uf8ff"


_CLASSES: Final[tuple[tuple[Callable[[str], bool], float], ...]] = (
    (_is_none, _NO_CHARACTER),
    (lambda char: "ぁ" <= char <= "ヾ" or char in _PUNCTUATION, _KANA),
    (COMMON.__contains__, _COMMON_KANJI),
    (_EVERYDAY.__contains__, _KANJI),
    (lambda char: "一" <= char <= "鿿", _RARE_KANJI),
    (lambda char: "！" <= char <= "～", _WIDE_ASCII),
    (_SIGNS.__contains__, _SIGN),
    (lambda char: "｡" <= char <= "ﾟ", 0.0),  # half-width kana are counted by words
)


def likeliest(sample: bytes) -> str:
    """What reads best of CP932, EUC-JP, Western and damaged UTF-8."""
    believed = {"cp1252": _WESTERN_TEXT, "cp932": USUAL}
    return likeliest_of(("cp932", EUC, "cp1252", "utf-8"), sample, believed=believed)


def likeliest_of(names: Iterable[str], sample: bytes, *, believed: Mapping[str, float] = MappingProxyType({})) -> str:
    """In which of some encodings a sample reads best; the first of those that are equal.

    Args:
        names: The encodings.
        sample: The bytes.
        believed: What is known beforehand for or against an encoding, in the nats of `likelihood`.
    """
    told = _telling(sample)
    return max(names, key=lambda name: likelihood(loosely(told, name)) + believed.get(name, 0.0))


def _telling(sample: bytes) -> bytes:
    """As many lines beyond ASCII as it takes to tell: the others say nothing, and a whole sample takes its time."""
    lines: list[bytes] = []
    size = 0
    for line in sample.splitlines(keepends=True):
        if not line.isascii():
            lines.append(line[:TELLING_BYTES])
            size += len(line)
            if size >= TELLING_BYTES:
                break
    return b"".join(lines)


def likelihood(text: str) -> float:
    """The logarithm of how often one reads such a text, whose bytes are given: what bytes mean is what scores best.

    A sum over the characters beyond ASCII, so that readings of unequal length can be compared.
    """
    sample = text[:SAMPLE_BYTES]
    total = 0.0
    for char, count in Counter(sample).items():
        if char >= "\x80" or char < "\x09" or char == "\x7f":
            total += count * _frequency(char)
    narrow = sum(_frequency_of_kana(run) for run in _NARROW.findall(sample))
    return total + narrow + (_WESTERN - _ANY_OTHER) * len(_ACCENTED.findall(sample))


def _frequency(char: str) -> float:
    for has, frequency in _CLASSES:
        if has(char):
            return frequency
    return _ANY_OTHER


def _frequency_of_kana(run: str) -> float:
    """Of half-width kana in a row: those that make words, and those that make none."""
    words = [match[0] for match in _WORD.finditer(run)]
    in_words = sum(map(len, words))
    first, following = len(words) * _NARROW_FIRST, (in_words - len(words)) * _NARROW_NEXT
    return first + following + (len(run) - in_words) * _NARROW_ODD


def plausibility(text: str) -> float:
    """Mean over the characters beyond ASCII of how ordinary each is in Japanese text, -1 to 1; 1 for ASCII."""
    total = weight = 0.0
    for char, count in Counter(text[:SAMPLE_BYTES]).items():
        if char >= "\x80" or char < "\x09" or char == "\x7f":
            weight += count
            total += count * _ordinary(char)
    return total / weight if weight else 1.0


def _ordinary(char: str) -> float:
    if _is_none(char):
        return -1.0
    if "ぁ" <= char <= "ヾ" or char in _EVERYDAY or char in _PUNCTUATION:
        return 1.0
    if "一" <= char <= "鿿":
        return 0.2
    if "！" <= char <= "～":
        return 0.5
    return 0.2 if "｡" <= char <= "ﾟ" else 0.0


def strictly(block: bytes, encoding: str) -> str | None:
    """The block in that encoding; None when it is in another."""
    try:
        return block.decode(encoding, strict(encoding))
    except UnicodeError:
        return None


def loosely(sample: bytes, encoding: str) -> str:
    """The sample in that encoding, with marks for what does not fit."""
    return sample.decode(encoding, lenient(encoding))


def fits(sample: bytes, encoding: str) -> bool:
    """Whether the sample decodes; a character cut off at its end does not count against it."""
    try:
        codecs.getincrementaldecoder(encoding)(strict(encoding)).decode(sample, final=False)
    except UnicodeError:
        return False
    return True
