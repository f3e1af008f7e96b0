"""Files of host computers in EBCDIC: digits and Western letters are read, records cut as `_run_together` tells.

Names in the hosts' own Japanese codes are not read; digits and Western letters stand at one place in all of EBCDIC.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from core.encodings.decoder import BLOCK_BYTES
from matcher.readers._plain import plain_text
from matcher.readers.interface import Passage, Readable, Reader, ReaderExample, tidied
from matcher.readers.tables._run_together import layout_of, records_of, rows_of
from matcher.readers.tables.run_together import SAMPLE
from matcher.readers.texts.free_text import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

CODE: Final = "cp037"
_SAMPLE_BYTES: Final = 4096
_DIGITS: Final = re.compile(rb"[\xf0-\xf9]{5,}+")
"""A number in EBCDIC; no text of ours has so many of these bytes in a row."""
_ASCII: Final = re.compile(rb"[0-9A-Za-z]{3,}+")
_LEAST: Final = 0.06  # share of a sample that numbers are; names in the hosts' own codes may be most of it
_MOST_ASCII: Final = 0.05
_LINE_ENDS: Final = {0x85: "\n", 0x0D: "\n"}


class HostFileReader(Reader):
    """The digits and letters of a file in EBCDIC."""

    name = "ebcdic"
    examples: ClassVar = (
        ReaderExample("B0000001 09000123400 19850402\x85B0000002".encode(CODE), ("09000123400", "19850402")),
        ReaderExample("架空　一郎,090-0012-3400\n".encode("cp932"), ()),
    )

    def recognises(self, source: Readable) -> float:
        """By numbers that are in EBCDIC, where hardly any are in ASCII."""
        sample = source.head[:_SAMPLE_BYTES]
        numbers, ascii_ = (sum(map(len, kind.findall(sample))) for kind in (_DIGITS, _ASCII))
        return 0.9 if sample and numbers >= _LEAST * len(sample) and ascii_ <= _MOST_ASCII * len(sample) else 0.0

    def read(self, source: Readable) -> Iterator[Passage]:
        """What is in it, as text."""
        sample = source.head[:SAMPLE].decode(CODE)  # zeros and all: places are counted in it
        layout = layout_of(np.frombuffer(sample.encode("utf-32-le"), np.uint32))
        source.note("a host file in EBCDIC; only its digits and Western letters were read")
        if layout:
            yield from rows_of(records_of(_decoded(source), layout.length), layout, CODE)
        else:
            yield from text_of(map(tidied, _decoded(source)), source)
        yield from plain_text(source)  # a list in another code may hang on to it


def _decoded(source: Readable) -> Iterator[str]:
    with source.open() as stream:
        while data := stream.read(BLOCK_BYTES):
            yield data.decode(CODE).translate(_LINE_ENDS)
