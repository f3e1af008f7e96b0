"""Bytes to text, Japanese first: which encoding, and how to go on when a stretch does not fit it.

Detection goes from certain to likely: byte-order marks, escape sequences, what is declared and fits, valid UTF-8, the
zero bytes of UTF-16 and UTF-32, and last the choice between CP932 and EUC-JP, which share most byte pairs: there the
likelier reading is taken. What is declared is believed where it makes sense: a Western encoding fits any bytes, so
that it says nothing that it does. A block that does not fit as a whole is read line by line (`core.encodings.mixed`).
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Final

from core.encodings.labels import codec_of, declared_in
from core.encodings.mixed import decode_by_line, is_mixed
from core.encodings.plausibility import (
    SAMPLE_BYTES,
    SENSIBLE,
    USUAL,
    fits,
    likeliest,
    likeliest_of,
    loosely,
    plausibility,
    strictly,
)
from core.encodings.scrambled import unscrambled
from core.encodings.vendors import EUC, JIS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

BLOCK_BYTES = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
WIDE = {"utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"}
_ESCAPE = re.compile(rb"\x1b(?:\$[@B]|\([JI])")  # of ISO-2022-JP
_OTHERS: Final = ("utf-8", "cp932", EUC)
_FIT_ANYTHING = {"cp1252", "iso8859_15", "mac_roman"}  # and are what servers declare when nobody told them
_BELIEVED: Final = 10.0
"""What a declaration is worth against a likelier reading, in the nats of `likelihood`: about one rare kanji."""
_BELIEVED_WESTERN: Final = 2.0
"""The same of what servers declare by default: more hides short Japanese texts, less Western words."""
_FEW = 0.02  # of the characters beyond ASCII: broken bytes in an encoding, not another encoding


def detect(sample: bytes, declared: str | None = None) -> str:
    """The likely encoding of a text that begins with ``sample``: a Python codec's name, never an error.

    Args:
        sample: The first bytes, as many as are at hand.
        declared: The label that a server, a mail or an operator gave; what a page says of itself comes after it.
    """
    said = _said(codec_of(declared), declared_in(sample))
    if told := _told(sample, said):
        return told
    sample = sample.replace(b"\0", b"")
    if fits(sample, "utf-8"):
        return "utf-8"
    damaged = (name for name in said if name not in WIDE | _FIT_ANYTHING and _nearly_fits(sample, name))
    return next(damaged, "") or likeliest(sample)


def is_wide(sample: bytes, declared: str | None = None) -> bool:
    """Whether `detect` says that the text has two bytes or four a character; far quicker than what else it says."""
    return _told(sample, _said(codec_of(declared), declared_in(sample))) in WIDE


def _told(sample: bytes, said: list[str]) -> str:
    """The encoding by a mark, an escape sequence, what is declared and fits, or the zeros of wide characters."""
    for mark, name in _BOMS:
        if sample.startswith(mark):
            return name
    if sample.isascii() and _ESCAPE.search(sample):
        return JIS
    fitting = [name for name in said if fits(sample, name)]
    if fitting:
        return _more_sensible(sample, fitting[0])
    return (_detect_wide(sample) or "") if b"\0" in sample else ""


def _said(by_server: str, by_page: str) -> list[str]:
    """What is declared, the likelier first: a server that was told nothing says that pages are Western."""
    said = [by_page, by_server] if by_server in _FIT_ANYTHING else [by_server, by_page]
    return [name for name in said if name]


def _more_sensible(sample: bytes, declared: str) -> str:
    """What is declared and fits, unless the bytes read far better in what fits them too."""
    if sample.isascii() or declared in WIDE:
        return declared
    others = _OTHERS if declared in {*_OTHERS, *_FIT_ANYTHING} else ("utf-8",)
    fitting = [name for name in others if name != declared and fits(sample, name)]
    by_default = {declared: _BELIEVED_WESTERN, "cp932": USUAL}
    believed = by_default if declared in _FIT_ANYTHING else {declared: _BELIEVED}
    return likeliest_of([declared, *fitting], sample, believed=believed)


def _nearly_fits(sample: bytes, name: str) -> bool:
    text = loosely(sample, name)
    return text.count("\ufffd") <= _FEW * sum(not char.isascii() for char in text)


def _detect_wide(sample: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark: there are zero bytes, one order makes sense, and more than none of it does."""
    whole = sample[: len(sample) // 4 * 4]
    for name in ("utf-32-le", "utf-32-be"):
        if whole and fits(whole, name):  # three bytes in four of anything else are out of its range
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
    name = "utf-8" if fits(sample, "utf-8") else likeliest(sample)
    return plausibility(loosely(sample, name))


def _in_every_second(sample: bytes) -> bool:
    """Whether zero bytes are many, and on one side of the pairs, as in UTF-16 with Western letters."""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    return max(even, odd) > 10 * min(even, odd) and max(even, odd) > len(sample) // 20


def to_text(content: bytes, declared: str | None = None) -> str:
    """The text of bytes that are at hand as a whole, as `detect` reads them; U+FFFD for what cannot be read."""
    return decode(content, detect(content[:SAMPLE_BYTES], declared))


def decode(block: bytes, encoding: str) -> str:
    """A block as text; stretches that do not fit, or make no sense, are read in the encoding they look like.

    At the worst with marks for what cannot be read: a document is never given up for a few bytes. What was read in a
    wrong encoding once, and written down so, is read as it was meant.
    """
    return unscrambled(_decoded(block, encoding))


def _decoded(block: bytes, encoding: str) -> str:
    text = strictly(block, encoding)
    if text is not None and not is_mixed(block, text, encoding):
        return text
    if encoding in WIDE:
        return block.decode(encoding, "replace") if text is None else text
    return decode_by_line(block, encoding)


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
