"""Records of fixed length whose fields touch: what host computers and their transfer programs write.

::

    B0000869ｻｲﾄｳ ﾂﾓｷ            19920514060098424240100006B0001103ﾔﾏｶﾞ ...

With or without line ends. `_run_together` tells where the fields are.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from core.encodings.decoder import BLOCK_BYTES, WIDE
from core.encodings.plausibility import likeliest_of
from core.encodings.vendors import EUC
from matcher.readers.interface import NotThisFormatError, Passage, Readable, Reader, ReaderExample
from matcher.readers.tables._run_together import (
    FEWEST_RECORDS,
    LONGEST,
    SHORTEST,
    Layout,
    layout_of,
    layout_of_records,
    records_of,
    rows_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

SAMPLE: Final = 1 << 13  # bytes or characters by which a layout is told
_SAME_LENGTH: Final = 0.9  # of the lines, where a line is a record
_BYTES: Final = "cp932"
"""What places are counted in, where the file is in no encoding that counts them so: a wide character takes two."""


class RunTogetherReader(Reader):
    """Records of fixed length without separators."""

    name = "run together"
    examples: ClassVar = (
        ReaderExample(
            b"".join(b"B000000%d%-12s1985040%d0900001340%d100000%d" % (n, b"KAKUU", n, n, n) for n in range(1, 6)),
            ("09000013401", "19850401", "B0000001"),
        ),
        ReaderExample(
            "".join(f"{n:08d}1985040{n}0900001340{n}100000{n}\n" for n in range(1, 6)).encode(),
            ("09000013405", "1000003"),
        ),
        ReaderExample(b"one line\nand another\n", ()),
        ReaderExample("氏名,電話\n架空,090-0012-3400\n例山,090-0012-3401\n".encode("cp932"), ()),
    )

    def recognises(self, source: Readable) -> float:
        """By fields that stand at one place in all records, and touch others."""
        return 0.55 if _understood(source) else 0.0

    def read(self, source: Readable) -> Iterator[Passage]:
        """Batches of records."""
        way = _understood(source)
        if way is None:
            raise NotThisFormatError
        records = _lines(source, way) if way.by_line else records_of(_blocks(source), way.layout.length)
        yield from rows_of(records, way.layout, way.encoding)


@dataclass(frozen=True, slots=True)
class _Way:
    """How a source is cut: its layout, whether a record is a line, and the encoding of records that are bytes."""

    layout: Layout
    by_line: bool
    encoding: str = _BYTES
    by_character: bool = False


def _understood(source: Readable) -> _Way | None:
    if _by_bytes(source):
        sample = source.head[:SAMPLE].rstrip(b"\r\n")
        lines = sample.split(b"\n")
        return _endless(sample) if len(lines) == 1 else _by_line([line.rstrip(b"\r") for line in lines])
    text = source.head_text[:SAMPLE].rstrip("\n")
    if "\n" not in text:
        return _endless(text)
    shown = text.split("\n")
    return _by_line([line.encode(_BYTES, "replace") for line in shown]) or _by_line(shown)


def _endless(sample: bytes | str) -> _Way | None:
    """Records that follow one another without anything between them."""
    layout = layout_of(_units(sample))
    if layout is None:
        return None
    records = [sample[at : at + layout.length] for at in range(0, len(sample), layout.length)]
    return _Way(layout, by_line=False, encoding=_encoding(records, layout))


def _by_line(lines: Sequence[bytes] | Sequence[str]) -> _Way | None:
    """A record a line, all of one length; the last one may be cut off."""
    lines = [line for line in lines[:-1] if line.strip()]  # type: ignore[assignment]  # still of one kind
    (length, times), *_ = Counter(map(len, lines)).most_common(1) or [(0, 0)]
    if len(lines) < FEWEST_RECORDS or length < SHORTEST or times < _SAME_LENGTH * len(lines):
        return None
    records = [line for line in lines if len(line) == length]
    layout = layout_of_records(np.stack([_units(line) for line in records]), parted=True)
    by_character = isinstance(lines[0], str)
    return (
        _Way(layout, by_line=True, encoding=_encoding(records, layout), by_character=by_character) if layout else None
    )


def _by_bytes(source: Readable) -> bool:
    """Whether its bytes are what places are counted in; text would be without the zeros that fill fields up."""
    if source.is_binary:
        return True
    return source.encoding not in WIDE and (source.head.isascii() or not source.encoding.startswith("utf"))


def _units(counted: bytes | str) -> NDArray[np.unsignedinteger]:
    if isinstance(counted, bytes):
        return np.frombuffer(counted, np.uint8)
    return np.frombuffer(counted.encode("utf-32-le", "replace"), np.uint32)


def _encoding(records: Sequence[bytes | str], layout: Layout) -> str:
    """Of records in bytes, by their cells: numbers between short names would make other words of them."""
    words = {
        cell for record in records for cell in layout.cut(record) if isinstance(cell, bytes) and not cell.isascii()
    }
    return likeliest_of((_BYTES, EUC), b"\n".join(sorted(words))) if words else _BYTES


def _blocks(source: Readable) -> Iterator[bytes] | Iterator[str]:
    if not _by_bytes(source):
        return (block.rstrip("\n") for block in source.blocks())
    return _raw(source)


def _raw(source: Readable) -> Iterator[bytes]:
    with source.open() as stream:
        while block := stream.read(BLOCK_BYTES):
            yield block


def _lines(source: Readable, way: _Way) -> Iterator[bytes] | Iterator[str]:
    if _by_bytes(source):
        return _raw_lines(source)
    lines = (line for line in source.lines() if line.strip())
    return lines if way.by_character else (line.encode(_BYTES, "replace") for line in lines)


def _raw_lines(source: Readable) -> Iterator[bytes]:
    with source.open() as stream:
        while line := stream.readline(LONGEST * 4):
            if bare := line.rstrip(b"\r\n"):
                yield bare
