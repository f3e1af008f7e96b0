"""Zip archives (APPNOTE 6.3), and with them the XML of DOCX and the like; encrypted members are noted, not opened."""

from __future__ import annotations

import io
import struct
import zipfile
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, ClassVar, cast

from core.processes.patterns import later
from matcher.readers._bounds import ByteWindow, member, spooled
from matcher.readers.interface import Passage, Readable, Reader, ReaderExample
from matcher.readers.packed import _unpack
from matcher.readers.packed._zip_entries import LOCAL, Entry, data_of, listed, walked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

_STORED, _LZMA = 0, 14
_METHODS: dict[int, Callable[[], _unpack.Unpacker]] = {
    _STORED: _unpack.stored,
    8: _unpack.deflate,
    9: _unpack.deflate64,
    12: _unpack.bzip2,
    _LZMA: _unpack.xz,
    93: _unpack.zstandard,
    95: _unpack.xz,
}
_SMALLEST_HEADER = 30
_FURNITURE = later(
    r"^(?:word|ppt|xl)/(?:theme/|(?:styles|settings|webSettings|fontTable|numbering|stylesWithEffects|presProps|viewProps)\.xml)"
    r"|^ppt/(?:slideMasters|slideLayouts|notesMasters|handoutMasters|presentation\.xml|tableStyles\.xml)"
    r"|(?:^|/)_rels/|^\[Content_Types\]\.xml$|^docProps/"
)
"""Parts of office documents (ECMA-376) that say how they look: their records are no people, and are read as text."""

_THUMBNAIL = "docProps/thumbnail."
"""A small picture of the first page, which is read itself."""


def _example() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("a.txt"), "tel 090-0012-3400 ok")
    return out.getvalue()


class ZipReader(Reader):
    """Members of a zip, in their order."""

    name = "zip"
    encloses = True
    examples: ClassVar = (
        ReaderExample(_example(), ("090-0012-3400",), "list.zip"),
        ReaderExample(_example()[:60], ("090-0012-3400",), "cut-off.zip"),
        ReaderExample(b"PK is short for private key", ()),
    )

    def recognises(self, source: Readable) -> float:
        """By its first bytes."""
        return 1.0 if source.head.startswith((LOCAL, b"PK\x05\x06", b"PK00PK", b"PK\x07\x08")) else 0.0

    def read(self, source: Readable) -> Iterator[Passage]:
        """Each member as a source."""
        with spooled(source) as file:
            for entry in _entries(file, source):
                if (entry.name.endswith("/") and not entry.size) or entry.name.startswith(_THUMBNAIL):
                    continue
                if entry.is_encrypted:
                    source.note("encrypted; not opened", entry.name)
                    continue
                if entry.method not in _METHODS:
                    source.note(f"packed by method {entry.method}, which is not known here; not opened", entry.name)
                    continue
                opened = member(source, entry.name, partial(open_entry, file, entry, source), None)
                if opened is None:
                    return
                yield replace(opened, plainly=_FURNITURE.search(entry.name) is not None)


def _entries(file: BinaryIO, source: Readable) -> list[Entry]:
    """Members in the order of their places, each byte of the archive in one of them only."""
    most = source.limits.members + 1
    found = list(islice(listed(file), most))
    if not found:
        found = list(islice(walked(file), most))
        if found:
            source.note("a zip archive without its directory: members were read as far as they go")
    found.sort(key=lambda entry: entry.at)
    apart: list[Entry] = []
    end = 0
    for entry in found:
        if entry.at < end:
            source.note("a zip archive with members that overlap; each byte was read once", harmless=True)
            continue
        apart.append(entry)
        end = entry.at + _SMALLEST_HEADER + entry.packed
    return apart


def open_entry(file: BinaryIO, entry: Entry, source: Readable) -> BinaryIO:
    """A member's unpacked bytes, as far as they can be had."""
    window: io.RawIOBase = ByteWindow(file, data_of(file, entry), entry.packed)
    if entry.method == _LZMA:
        window = _Alone(window, entry.size)
    return cast(
        "BinaryIO", io.BufferedReader(_unpack.Unpacking(cast("BinaryIO", window), _METHODS[entry.method], source))
    )


class _Alone(io.RawIOBase):
    """LZMA as zip has it (a version, the properties' length, the properties), with the header of a .lzma file."""

    def __init__(self, window: io.RawIOBase, size: int) -> None:
        self._window = window
        properties = (window.read(9) or b"")[4:]
        self._front = properties + struct.pack("<Q", size)

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """As `io.RawIOBase` says."""
        data, self._front = (self._front[: len(buffer)], self._front[len(buffer) :])
        data = data or self._window.read(len(buffer)) or b""
        buffer[: len(data)] = data
        return len(data)
